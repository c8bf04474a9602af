import { ShakedownError } from "../errors/shakedown-error.ts";
import { findProgram } from "../process/find-program.ts";
import { runCommand } from "../process/run-command.ts";
import type { InstallOptions } from "./install-program.ts";

const slowMs = 15 * 60_000;

/** What `askAsRoot` runs, as a person would type it. */
export function rootCommands(
  packages: readonly string[],
  environment: InstallOptions["environment"],
): string[] {
  const sudo = process.getuid?.() === 0 ? "" : "sudo ";
  if (!has("apt-get", environment)) return [];
  return [
    `${sudo}apt-get update`,
    `${sudo}apt-get install --yes --no-install-recommends ${packages.join(" ")}`,
  ];
}

/**
 * Installs packages for the whole machine: as root, or with a sudo that asks for no password.
 *
 * @throws ShakedownError `INSTALL_UNSUPPORTED` with the command for somebody who may
 */
export async function askAsRoot(
  packages: readonly string[],
  { environment, onProgress = () => undefined }: InstallOptions,
): Promise<void> {
  const commands = rootCommands(packages, environment);
  const env = { ...environment, DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" };
  if (commands.length === 0 || !(await mayBeRoot(env))) {
    throw new ShakedownError(
      "INSTALL_UNSUPPORTED",
      `${packages.join(", ")} can only be installed by root`,
      {
        hint:
          commands.length === 0
            ? "Install it with the package manager of this machine"
            : `Run, or have it run: ${commands.join(" && ")}`,
      },
    );
  }
  for (const line of commands) {
    onProgress(line);
    const [command = "", ...args] = line.replace(/^sudo /, "sudo -n ").split(" ");
    const { code, stdout, stderr } = await runCommand({
      title: command,
      command,
      args,
      cwd: "/",
      env,
      timeoutMs: slowMs,
    });
    // An index that is not fresh may still know the packages: only their own failure counts.
    if (code === 0 || line.endsWith("update")) continue;
    throw new ShakedownError("INSTALL_UNSUPPORTED", `${line} ended with ${code}`, {
      hint: `Run it yourself and read its output: ${line}`,
      details: { logTail: `${stdout}${stderr}`.trimEnd().split("\n").slice(-10) },
    });
  }
}

async function mayBeRoot(env: Readonly<Record<string, string>>): Promise<boolean> {
  if (process.getuid?.() === 0) return true;
  if (!has("sudo", env)) return false;
  const asked = { title: "sudo", command: "sudo", args: ["-n", "true"], cwd: "/", env };
  return (await runCommand(asked)).code === 0;
}

function has(program: string, environment: Readonly<Record<string, string>>): boolean {
  return findProgram(program, { path: environment["PATH"] ?? "", cwd: "/" }) !== undefined;
}
