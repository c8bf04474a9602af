import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ShakedownError } from "../errors/shakedown-error.ts";
import { type CommandResult, runCommand } from "../process/run-command.ts";
import { asideFolder } from "./aside-folder.ts";
import { fetchPackages } from "./fetch-packages.ts";
import {
  findUnpacked,
  type Manifest,
  manifestName,
  unpackedFolder,
  type UnpackedProgram,
} from "./unpacked-program.ts";

export interface DebianPackagesOptions {
  /** The package that holds the program comes first. */
  readonly packages: readonly string[];
  /** Inside the packages: "usr/bin/redis-server". */
  readonly program: string;
  /** Reads the version from what `--version` prints. */
  readonly version: RegExp;
  readonly cacheFolder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly onProgress: (step: string) => void;
}

/** Of one package, on a slow network. */
const slowMs = 10 * 60_000;

/** Downloads stay here, compared with the package index, so that none is made twice. */
const packagesFolder = "packages";

/** The commands of `unpackDebianPackages`, as a person would type them. */
export function debianCommands({
  packages,
  program,
  cacheFolder,
}: Pick<DebianPackagesOptions, "packages" | "program" | "cacheFolder">): string[] {
  const folder = join(cacheFolder, unpackedFolder, "new");
  return [
    `mkdir -p ${folder} && cd ${folder}`,
    `apt-get download ${packages.join(" ")}  (and the libraries of them that this machine lacks)`,
    `for package in *.deb; do dpkg-deb -x "$package" .; done`,
    `${join(folder, program)} --version`,
  ];
}

/**
 * Unpacks a program from Debian's packages into the cache, with the libraries that this machine lacks. Nothing is
 * installed and no right is needed. What is there already is taken as it is; a failure leaves nothing behind.
 */
export async function unpackDebianPackages(
  options: DebianPackagesOptions,
): Promise<UnpackedProgram> {
  const parent = join(options.cacheFolder, unpackedFolder);
  await mkdir(parent, { recursive: true });
  const folder = await asideFolder(parent);
  try {
    await knowPackages(options);
    await download(options, folder, options.packages);
    await addLibraries(options, folder);
    const version = await readVersion(options, folder);
    const manifest: Manifest = {
      program: options.program,
      version,
      libraries: await librariesIn(folder),
    };
    await writeFile(join(folder, manifestName), JSON.stringify(manifest));
    await rename(folder, join(parent, `${options.packages[0]}-${version}`)).catch(
      (error: NodeJS.ErrnoException) => {
        // Somebody else was faster, with the same program.
        if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
      },
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const found = await findUnpacked(options.cacheFolder);
  if (found === undefined)
    throw new ShakedownError(
      "INTERNAL",
      `${options.program} was unpacked into ${parent} and is not there`,
    );
  return found;
}

/** A fresh container has no package index; only root may fetch it. */
async function knowPackages(options: DebianPackagesOptions): Promise<void> {
  if (await areKnown(options)) return;
  if (process.getuid?.() === 0) {
    options.onProgress("apt-get update");
    const updated = await run(options, "apt-get", ["update"]);
    if (await areKnown(options)) return;
    throw cannot(
      options,
      "apt-get update did not bring the packages",
      updated,
      "Look at the package sources: apt-get update",
    );
  }
  throw cannot(
    options,
    `apt knows no package ${options.packages[0]}`,
    undefined,
    "Fetch the package index once as root: sudo apt-get update",
  );
}

async function areKnown(options: DebianPackagesOptions): Promise<boolean> {
  const { code, stdout } = await run(options, "apt-cache", [
    "--quiet",
    "show",
    "--no-all-versions",
    ...options.packages,
  ]);
  return code === 0 && options.packages.every((name) => stdout.includes(`Package: ${name}\n`));
}

async function download(
  options: DebianPackagesOptions,
  folder: string,
  packages: readonly string[],
): Promise<void> {
  const { cacheFolder, onProgress } = options;
  const fetched = await fetchPackages(packages, {
    folder: join(cacheFolder, packagesFolder),
    aptGet: (args, where) => run(options, "apt-get", args, where),
    onProgress,
  });
  if (!("at" in fetched)) throw cannot(options, fetched.what, fetched.result, fetched.hint);
  for (const file of fetched) {
    const unpacked = await run(options, "dpkg-deb", ["-x", file, folder]);
    if (unpacked.code !== 0)
      throw cannot(
        options,
        `dpkg-deb -x ${file} ended with ${unpacked.code}`,
        unpacked,
        "Look for room on the disk: df -h",
      );
  }
}

/** Level by level, until the program finds all that it is linked against. */
async function addLibraries(options: DebianPackagesOptions, folder: string): Promise<void> {
  let level = options.packages;
  const taken = new Set(level);
  for (let depth = 0; depth < 4; depth += 1) {
    const missing = await missingLibraries(options, folder);
    if (missing.length === 0) return;
    const { stdout } = await run(options, "apt-cache", ["depends", "--important", ...level]);
    const dependencies = [...stdout.matchAll(/^\s+\|?(?:Pre)?Depends: (lib\S+)$/gm)].map(
      (match) => match[1] ?? "",
    );
    level = [...new Set(dependencies)].filter((name) => !taken.has(name));
    const lacking = await notInstalled(options, level);
    if (level.length === 0)
      throw cannot(
        options,
        `no package brings ${missing.join(", ")}`,
        undefined,
        `Install it as root: sudo apt-get install ${options.packages[0]}`,
      );
    if (lacking.length > 0) await download(options, folder, lacking);
    for (const name of level) taken.add(name);
  }
}

async function missingLibraries(options: DebianPackagesOptions, folder: string): Promise<string[]> {
  const { stdout } = await run(options, "ldd", [join(folder, options.program)], folder);
  return [...stdout.matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1] ?? "");
}

async function notInstalled(
  options: DebianPackagesOptions,
  packages: readonly string[],
): Promise<string[]> {
  if (packages.length === 0) return [];
  const { stdout } = await run(options, "dpkg-query", [
    "-W",
    "-f",
    "${Package} ${db:Status-Abbrev}\n",
    ...packages,
  ]);
  const installed = new Set([...stdout.matchAll(/^(\S+) ii/gm)].map((match) => match[1]));
  return packages.filter((name) => !installed.has(name));
}

async function readVersion(options: DebianPackagesOptions, folder: string): Promise<string> {
  const shown = await run(options, join(folder, options.program), ["--version"], folder);
  const version = options.version.exec(shown.stdout)?.[1];
  if (shown.code === 0 && version !== undefined) return version;
  throw cannot(
    options,
    `${options.program} --version ended with ${shown.code ?? shown.signal}`,
    shown,
    `Install it as root: sudo apt-get install ${options.packages[0]}`,
  );
}

async function librariesIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const path of ["usr/lib", "lib"]) {
    if (!existsSync(join(folder, path))) continue;
    found.push(path);
    for (const entry of await readdir(join(folder, path), { withFileTypes: true })) {
      if (entry.isDirectory() && /-linux-/.test(entry.name)) found.push(join(path, entry.name));
    }
  }
  return found;
}

async function run(
  options: DebianPackagesOptions,
  command: string,
  args: readonly string[],
  folder?: string,
): Promise<CommandResult> {
  const libraries =
    folder === undefined ? [] : (await librariesIn(folder)).map((path) => join(folder, path));
  // apt is left alone with its own libraries.
  const isOwn = command === "ldd" || command.startsWith("/");
  return runCommand({
    title: command,
    command,
    args,
    cwd: folder ?? options.cacheFolder,
    env: {
      PATH:
        options.environment["PATH"] ??
        "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      HOME: options.environment["HOME"] ?? "/",
      LC_ALL: "C",
      ...proxies(options.environment),
      ...(isOwn && libraries.length > 0 ? { LD_LIBRARY_PATH: libraries.join(":") } : {}),
    },
    timeoutMs: slowMs,
  });
}

function proxies(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => /^(?:https?|no|all)_proxy$/i.test(name)),
  );
}

function cannot(
  { packages }: DebianPackagesOptions,
  what: string,
  result: CommandResult | undefined,
  hint: string,
): ShakedownError {
  const output =
    result === undefined ? [] : `${result.stdout}${result.stderr}`.trimEnd().split("\n").slice(-10);
  return new ShakedownError("INSTALL_UNSUPPORTED", `${packages[0]} was not unpacked: ${what}`, {
    hint,
    details: { logTail: output },
  });
}
