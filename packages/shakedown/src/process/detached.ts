import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { devNull } from "node:os";
import { ShakedownError } from "../errors/shakedown-error.ts";
import { coverInherited } from "./inherited-descriptors.ts";

export interface DetachedOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Both output streams are appended to it. */
  readonly logFile: string;
}

/**
 * Starts a process that outlives this one: a session of its own, /dev/null as input, output to a file, and none of the
 * descriptors that this process got from its own parent. Gives its pid once it runs.
 */
export async function startDetached({
  command,
  args,
  env,
  cwd,
  logFile,
}: DetachedOptions): Promise<number> {
  const log = openSync(logFile, "a", 0o600);
  const nullDescriptor = openSync(devNull, "r+");
  try {
    const child = spawn(command, args, {
      cwd,
      env,
      detached: true,
      stdio: coverInherited(["ignore", log, log], nullDescriptor),
    });
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
    child.unref();
    return child.pid as number;
  } catch (cause) {
    throw new ShakedownError(
      "START_FAILED",
      `${command} could not be started in ${cwd}: ${(cause as Error).message}`,
      { cause },
    );
  } finally {
    closeSync(nullDescriptor);
    closeSync(log);
  }
}
