import { execFile } from "node:child_process";
import { cp, mkdir, rename, rm, stat } from "node:fs/promises";
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

/** Finds by trying: as ourselves, or for root in a user namespace, then as another user, then as another user from a copy. */
export async function chooseRunAs(options: RunAsOptions): Promise<RunAsFound> {
  const own: RunAs = { bin: options.bin, wrap: (program, args) => ({ command: program, args }) };
  if (process.getuid?.() !== 0) return probe(own, options.program);
  const unshare =
    process.platform === "linux"
      ? findProgram("unshare", { path: `${options.path}:/usr/bin:/bin`, cwd: "/" })
      : undefined;
  if (unshare !== undefined) {
    const inNamespace: RunAs = {
      bin: options.bin,
      wrap: (program, args) => ({ command: unshare, args: ["-U", program, ...args] }),
      note: "in a user namespace, since it refuses to be root",
    };
    const tried = await probe(inNamespace, options.program);
    if ("runAs" in tried) return tried;
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
  return probe({ ...other, bin: join(to, options.bin.slice(from.length)) }, options.program);
}

async function probe(runAs: RunAs, program: string): Promise<RunAsFound> {
  const { command, args } = runAs.wrap(join(runAs.bin, program), ["--version"]);
  const { uid, gid } = runAs;
  try {
    const { stdout } = await run(command, args, {
      cwd: "/",
      timeout: 10_000,
      env: { PATH: "/usr/local/bin:/usr/bin:/bin", LC_ALL: "C" },
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
