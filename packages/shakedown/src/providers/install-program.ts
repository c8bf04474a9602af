import { ShakedownError } from "../errors/shakedown-error.ts";
import { findProgram } from "../process/find-program.ts";
import { runCommand } from "../process/run-command.ts";
import { askAsRoot, rootCommands } from "./apt-as-root.ts";
import {
  debianCommands,
  type DebianPackagesOptions,
  unpackDebianPackages,
} from "./debian-packages.ts";

export interface InstallOptions {
  readonly environment: Readonly<Record<string, string>>;
  /** The engine's own: the folder `redis` in the cache. */
  readonly cacheFolder: string;
  /** Says what would be done, and does nothing. */
  readonly dryRun?: boolean;
  /** Also gets, as root, what makes the program run: libraries, for the whole machine. */
  readonly withDeps?: boolean;
  readonly onProgress?: (step: string) => void;
}

export interface InstallResult {
  /** `present`: there was one already. `planned`: a dry run. */
  readonly outcome: "installed" | "present" | "planned";
  /** What was done, or would be. */
  readonly commands: readonly string[];
  readonly program?: string;
  readonly version?: string;
}

/** How one program comes to a machine. */
export interface ProgramSource {
  /** "redis" */
  readonly name: string;
  /** The one that is there, if any. */
  readonly find: (
    options: InstallOptions,
  ) => Promise<{ readonly file: string; readonly version: string } | undefined>;
  readonly debian: Pick<DebianPackagesOptions, "packages" | "program" | "version"> & {
    /** Those that bring its libraries, and start no server of their own. */
    readonly deps: readonly string[];
  };
  /** The formula. */
  readonly brew: string;
  /** By package manager. */
  readonly byHand: Readonly<Record<string, string>>;
  readonly otherwise: string;
}

/**
 * Brings a program for this user, without root where the system allows it.
 *
 * @throws ShakedownError `INSTALL_UNSUPPORTED` with what to do by hand
 */
export async function installProgram(
  what: ProgramSource,
  options: InstallOptions,
): Promise<InstallResult> {
  const { environment, cacheFolder, dryRun = false, withDeps = false } = options;
  const { onProgress = () => undefined } = options;
  const present = await what.find(options);
  if (present !== undefined) {
    return { outcome: "present", commands: [], program: present.file, version: present.version };
  }
  if (has("apt-get", environment) && has("dpkg-deb", environment)) {
    const packages: DebianPackagesOptions = {
      ...what.debian,
      cacheFolder,
      environment,
      onProgress,
    };
    const { deps } = what.debian;
    const rootFirst = withDeps ? rootCommands(deps, environment) : [];
    const commands = [...rootFirst, ...debianCommands(packages)];
    if (dryRun) return { outcome: "planned", commands };
    if (withDeps) {
      await askAsRoot(deps, options);
      const found = await what.find(options);
      if (found !== undefined) {
        const { file, version } = found;
        return { outcome: "installed", commands: rootFirst, program: file, version };
      }
    }
    const { program, version } = await unpackDebianPackages(packages);
    return { outcome: "installed", commands, program, version };
  }
  if (has("brew", environment)) {
    const commands = [`brew install ${what.brew}`];
    if (dryRun) return { outcome: "planned", commands };
    return await brewInstall(what, options, commands);
  }
  throw new ShakedownError(
    "INSTALL_UNSUPPORTED",
    `${what.name} cannot be installed here without you: neither apt-get nor brew was found`,
    { hint: byHand(what, environment) },
  );
}

async function brewInstall(
  what: ProgramSource,
  options: InstallOptions,
  commands: readonly string[],
): Promise<InstallResult> {
  options.onProgress?.(commands[0] ?? "");
  const { code, stdout, stderr } = await runCommand({
    title: "brew",
    command: "brew",
    args: ["install", what.brew],
    cwd: "/",
    env: options.environment,
    timeoutMs: 15 * 60_000,
  });
  const found = await what.find(options);
  if (found !== undefined)
    return { outcome: "installed", commands, program: found.file, version: found.version };
  throw new ShakedownError(
    "INSTALL_UNSUPPORTED",
    `brew install ${what.brew} ended with ${code}, and no server is there`,
    {
      hint: `Run it yourself and read its output: brew install ${what.brew}`,
      details: { logTail: `${stdout}${stderr}`.trimEnd().split("\n").slice(-10) },
    },
  );
}

function byHand(what: ProgramSource, environment: InstallOptions["environment"]): string {
  const found = Object.entries(what.byHand).find(([name]) => has(name, environment));
  return found === undefined ? what.otherwise : `Install it: ${found[1]}`;
}

function has(program: string, environment: Readonly<Record<string, string>>): boolean {
  return findProgram(program, { path: environment["PATH"] ?? "", cwd: "/" }) !== undefined;
}
