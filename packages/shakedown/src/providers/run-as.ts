import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { findProgram } from "../process/find-program.ts";

const run = promisify(execFile);

/** Under which identity a program runs that refuses to be root, and what has to be put before its command. */
export interface RunAs {
  readonly uid?: number;
  readonly gid?: number;
  /** The program's own folder, or a copy of it that the other user can read. */
  readonly bin: string;
  /** Where its libraries are then, if it came with some. */
  readonly libraryPath?: string;
  wrap(
    program: string,
    args: readonly string[],
  ): { readonly command: string; readonly args: readonly string[] };
  /** For status, where it is not simply the user's own. */
  readonly note?: string;
}

export interface RunAsOptions {
  /** Folder of the programs. */
  readonly bin: string;
  /** The program that is asked for its `--version` to find out what works. */
  readonly program: string;
  readonly path: string;
  /** For programs that came with libraries of their own. */
  readonly libraryPath?: string;
  /** Folder in which answers are remembered: asking takes longer than starting a Redis. */
  readonly memory?: string;
  /** The folder that may be copied as a whole, and where copies may stand; absent for what the system installed. */
  readonly copy?: {
    readonly from: string;
    readonly to: string;
    /** True when links in it lead out of it. */ readonly followLinks: boolean;
  };
}

export type RunAsFound =
  | { readonly runAs: RunAs; /** What `--version` printed. */ readonly printed: string }
  | { readonly refused: string };

const nobody = 65_534;

/**
 * Files are ours inside, too. Without it nobody owns them, and MariaDB, which gives each file that it writes anew to the
 * owner of the old one, refuses a table's second trigger. An old `unshare` does not know these.
 */
const owning = [`--map-user=${nobody}`, `--map-group=${nobody}`];

/** Finds by trying: as ourselves, or for root in a user namespace, then as another user, then as another user from a copy. */
export async function chooseRunAs(options: RunAsOptions): Promise<RunAsFound> {
  const probe: Probe = (runAs, program) => remembered(options.memory, runAs, program);
  const { libraryPath } = options;
  const libraries = libraryPath === undefined ? {} : { libraryPath };
  const own: RunAs = {
    bin: options.bin,
    ...libraries,
    wrap: (program, args) => ({ command: program, args }),
  };
  if (process.getuid?.() !== 0) return probe(own, options.program);
  const unshare =
    process.platform === "linux"
      ? findProgram("unshare", { path: `${options.path}:/usr/bin:/bin`, cwd: "/" })
      : undefined;
  if (unshare !== undefined) {
    for (const mapped of [owning, []]) {
      const inNamespace: RunAs = {
        ...own,
        wrap: (program, args) => ({ command: unshare, args: ["-U", ...mapped, program, ...args] }),
        note: "in a user namespace, since it refuses to be root",
      };
      const tried = await probe(inNamespace, options.program);
      if ("runAs" in tried) return tried;
    }
  }
  const other: RunAs = {
    ...own,
    uid: nobody,
    gid: nobody,
    note: `as user ${nobody}, since it refuses to be root`,
  };
  const inPlace = await probe(other, options.program);
  if ("runAs" in inPlace || options.copy === undefined) return inPlace;
  const { from, to } = options.copy;
  await copyOnce(options.copy);
  const copied = (path: string): string =>
    path.startsWith(from) ? to + path.slice(from.length) : path;
  return probe(
    {
      ...other,
      bin: copied(options.bin),
      ...(libraryPath === undefined
        ? {}
        : { libraryPath: libraryPath.split(":").map(copied).join(":") }),
    },
    options.program,
  );
}

type Probe = (runAs: RunAs, program: string) => Promise<RunAsFound>;

/** An answer is good for the same file, asked in the same way, until the machine starts anew. */
async function remembered(
  memory: string | undefined,
  runAs: RunAs,
  program: string,
): Promise<RunAsFound> {
  if (memory === undefined) return ask(runAs, program);
  const file = await memoryOf(memory, runAs, program);
  const known = await readFile(file, "utf8").catch(() => undefined); // never asked, or not readable
  if (known !== undefined) return { runAs, printed: known };
  const answer = await ask(runAs, program);
  if ("runAs" in answer) {
    await mkdir(memory, { recursive: true, mode: 0o711 })
      .then(() => writeFile(file, answer.printed))
      .catch(() => undefined); // asked again next time
  }
  return answer;
}

async function memoryOf(memory: string, runAs: RunAs, program: string): Promise<string> {
  const binary = join(runAs.bin, program);
  const facts = await stat(binary).catch(() => undefined); // what is not there is asked, and refuses
  const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => ""); // macOS has none
  const { command, args } = runAs.wrap(binary, []);
  const key = [
    command,
    ...args,
    runAs.uid,
    facts?.size,
    facts?.mtimeMs,
    facts?.ino,
    boot.trim(),
    process.getuid?.(),
  ];
  return join(
    memory,
    `probe-${createHash("sha256").update(key.join("\0")).digest("hex").slice(0, 16)}`,
  );
}

async function ask(runAs: RunAs, program: string): Promise<RunAsFound> {
  const { command, args } = runAs.wrap(join(runAs.bin, program), ["--version"]);
  const { uid, gid, libraryPath } = runAs;
  try {
    const { stdout } = await run(command, args, {
      cwd: "/",
      timeout: 10_000,
      env: {
        PATH: "/usr/local/bin:/usr/bin:/bin",
        LC_ALL: "C",
        ...(libraryPath === undefined ? {} : { LD_LIBRARY_PATH: libraryPath }),
      },
      ...(uid === undefined ? {} : { uid }),
      ...(gid === undefined ? {} : { gid }),
    });
    return { runAs, printed: stdout.trim() };
  } catch (error) {
    const { stderr = "", message } = error as Error & { readonly stderr?: string };
    const said = stderr.trim().split("\n")[0];
    return { refused: said === undefined || said === "" ? message : said };
  }
}

/** Copies a folder so that every user can read it; of several who copy at once, one wins. */
async function copyOnce({
  from,
  to,
  followLinks,
}: NonNullable<RunAsOptions["copy"]>): Promise<void> {
  if ((await stat(to).catch(() => undefined))?.isDirectory() === true) return; // undefined: not yet copied
  const aside = `${to}.${process.pid}.${Date.now()}`;
  await mkdir(dirname(to), { recursive: true, mode: 0o711 });
  await cp(from, aside, {
    recursive: true,
    preserveTimestamps: true,
    ...(followLinks ? { dereference: true } : { verbatimSymlinks: true }),
  });
  try {
    await rename(aside, to);
  } catch {
    // ENOTEMPTY: another process was faster with the same copy.
    await rm(aside, { recursive: true, force: true });
  }
}
