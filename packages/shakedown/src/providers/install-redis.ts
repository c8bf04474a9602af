import { ShakedownError } from "../errors/shakedown-error.ts";
import { findProgram } from "../process/find-program.ts";
import { runCommand } from "../process/run-command.ts";
import {
  debianCommands,
  type DebianPackagesOptions,
  unpackDebianPackages,
} from "./debian-packages.ts";
import { findRedis, redisVersion } from "./redis-programs.ts";

export interface InstallOptions {
  readonly environment: Readonly<Record<string, string>>;
  /** The engine's own: the folder `redis` in the cache. */
  readonly cacheFolder: string;
  /** Says what would be done, and does nothing. */
  readonly dryRun?: boolean;
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

/**
 * Brings a Redis server for this user, without root where the system allows it.
 *
 * @throws ShakedownError `INSTALL_UNSUPPORTED` with what to do by hand
 */
export async function installRedis(options: InstallOptions): Promise<InstallResult> {
  const { environment, cacheFolder, dryRun = false, onProgress = () => undefined } = options;
  const [present] = await findRedis({ environment, cacheFolder });
  if (present !== undefined) {
    return { outcome: "present", commands: [], program: present.file, version: present.version };
  }
  if (has("apt-get", environment) && has("dpkg-deb", environment)) {
    const packages: DebianPackagesOptions = {
      packages: ["redis-server", "redis-tools"],
      program: "usr/bin/redis-server",
      version: redisVersion,
      cacheFolder,
      environment,
      onProgress,
    };
    const commands = debianCommands(packages);
    if (dryRun) return { outcome: "planned", commands };
    const { program, version } = await unpackDebianPackages(packages);
    return { outcome: "installed", commands, program, version };
  }
  if (has("brew", environment)) {
    const commands = ["brew install redis"];
    if (dryRun) return { outcome: "planned", commands };
    return await brewInstall(options, commands, onProgress);
  }
  throw new ShakedownError(
    "INSTALL_UNSUPPORTED",
    "redis cannot be installed here without you: neither apt-get nor brew was found",
    {
      hint: byHand(environment),
    },
  );
}

async function brewInstall(
  options: InstallOptions,
  commands: readonly string[],
  onProgress: (step: string) => void,
): Promise<InstallResult> {
  onProgress(commands[0] ?? "");
  const { code, stdout, stderr } = await runCommand({
    title: "brew",
    command: "brew",
    args: ["install", "redis"],
    cwd: "/",
    env: options.environment,
    timeoutMs: 15 * 60_000,
  });
  const [program] = await findRedis(options);
  if (program !== undefined)
    return { outcome: "installed", commands, program: program.file, version: program.version };
  throw new ShakedownError(
    "INSTALL_UNSUPPORTED",
    `brew install redis ended with ${code}, and no redis-server is there`,
    {
      hint: "Run it yourself and read its output: brew install redis",
      details: { logTail: `${stdout}${stderr}`.trimEnd().split("\n").slice(-10) },
    },
  );
}

function byHand(environment: Readonly<Record<string, string>>): string {
  const managers = [
    ["apk", "apk add redis"],
    ["dnf", "sudo dnf install redis"],
    ["yum", "sudo yum install redis"],
    ["pacman", "sudo pacman -S valkey"],
    ["zypper", "sudo zypper install redis"],
    ["nix-env", "nix-env -iA nixpkgs.redis"],
  ] as const;
  const found = managers.find(([name]) => has(name, environment));
  return found === undefined
    ? 'Put redis-server on PATH, or give the address of a server: redis({ url: "redis://…" })'
    : `Install it: ${found[1]}`;
}

function has(program: string, environment: Readonly<Record<string, string>>): boolean {
  return findProgram(program, { path: environment["PATH"] ?? "", cwd: "/" }) !== undefined;
}
