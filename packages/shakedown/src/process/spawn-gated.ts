import { type ChildProcessByStdio, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { devNull } from "node:os";
import type { Readable, Writable } from "node:stream";
import { ShakedownError } from "../errors/shakedown-error.ts";
import { coverInherited } from "./inherited-descriptors.ts";
import type { StartOptions } from "./managed-process.ts";

export type OutputChild = ChildProcessByStdio<null, Readable, Readable>;

export interface GatedChild {
  readonly child: OutputChild;
  readonly pid: number;
  /** Lets the program run. If this process dies before, the gate ends without having run it. */
  open(): void;
}

/** Descriptor 3 is the gate; the program gets it closed. */
const gateScript = 'read -r go <&3 || exit 0; exec 3<&-; exec "$@"';

/** Starts a shell in a group of its own that becomes the program, with the same pid, once the gate is opened. */
export async function spawnGated(options: StartOptions, mark: string): Promise<GatedChild> {
  const { title, command, args, cwd, uid, gid } = options;
  const [markName = "", markValue = ""] = mark.split("=");
  const { env, carried } = splitEnvironment({ ...options.env, [markName]: markValue });
  const nullDescriptor = openSync(devNull, "r+");
  try {
    const child = spawn("/bin/sh", ["-c", gateScript, "sh", ...carried, command, ...args], {
      cwd,
      env,
      detached: true,
      stdio: coverInherited(["ignore", "pipe", "pipe", "pipe"], nullDescriptor),
      ...(uid === undefined ? {} : { uid }),
      ...(gid === undefined ? {} : { gid }),
    });
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
    const gate = child.stdio[3] as Writable;
    // EPIPE: the gate was killed, which its exit tells.
    gate.on("error", () => undefined);
    return {
      child: child as unknown as OutputChild,
      pid: child.pid as number,
      open: () => gate.end("go\n"),
    };
  } catch (cause) {
    throw new ShakedownError(
      "START_FAILED",
      `${title} could not be started: ${(cause as Error).message}`,
      {
        details: { command, cwd, ...(uid === undefined ? {} : { uid }) },
        cause,
      },
    );
  } finally {
    closeSync(nullDescriptor);
  }
}

/** dash drops variables whose names a shell cannot hold (`spring.datasource.url`): env(1) carries those past it. */
function splitEnvironment(all: Readonly<Record<string, string>>): {
  env: Record<string, string>;
  carried: string[];
} {
  const plain = Object.entries(all).filter(([name]) => /^[A-Za-z_]\w*$/.test(name));
  const odd = Object.entries(all).filter(([name]) => !/^[A-Za-z_]\w*$/.test(name));
  return {
    env: Object.fromEntries(plain),
    carried:
      odd.length === 0 ? [] : ["/usr/bin/env", ...odd.map(([name, value]) => `${name}=${value}`)],
  };
}
