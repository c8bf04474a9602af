import { execFile } from "node:child_process";
import { readdir, readFile, readlink } from "node:fs/promises";
import { promisify } from "node:util";

export interface PortHolder {
  readonly pid: number;
  /** As it was called: "node server.js --port 3000". */
  readonly command: string;
}

/** Which process listens on a TCP port of this machine. Undefined where nobody does, or where it is another user's and we may not look. */
export async function findPortHolder(port: number): Promise<PortHolder | undefined> {
  return process.platform === "linux" ? findByProc(port) : findByLsof(port);
}

async function findByProc(port: number): Promise<PortHolder | undefined> {
  const tables = await Promise.all(
    ["/proc/net/tcp", "/proc/net/tcp6"].map((file) => readFile(file, "utf8").catch(() => "")), // no IPv6
  );
  const inodes = new Set(tables.flatMap((table) => listeningInodes(table, port)));
  if (inodes.size === 0) return undefined;
  for (const entry of await readdir("/proc")) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || !(await holdsOneOf(pid, inodes))) continue;
    const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => ""); // it has just ended
    return { pid, command: line.replaceAll("\0", " ").trim() };
  }
  return undefined;
}

const listening = "0A";

function listeningInodes(table: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return table.split("\n").flatMap((line) => {
    const [, local = "", , state, , , , , , inode] = line.trim().split(/\s+/);
    return state === listening && local.endsWith(suffix) && inode !== undefined ? [inode] : [];
  });
}

async function holdsOneOf(pid: number, inodes: ReadonlySet<string>): Promise<boolean> {
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []); // ended, or another user's
  const targets = await Promise.all(
    descriptors.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => "")), // closed since
  );
  return targets.some((target) => inodes.has(/^socket:\[(\d+)\]$/.exec(target)?.[1] ?? ""));
}

/** Where there is no /proc. */
async function findByLsof(port: number): Promise<PortHolder | undefined> {
  const listeners = await output("lsof", ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fp"]);
  const pid = Number(/^p(\d+)$/m.exec(listeners)?.[1]);
  if (!(pid > 0)) return undefined;
  return { pid, command: (await output("ps", ["-o", "command=", "-p", String(pid)])).trim() };
}

async function output(program: string, args: readonly string[]): Promise<string> {
  return promisify(execFile)(program, args, { timeout: 5000 }).then(
    ({ stdout }) => stdout,
    () => "", // no such program, or it found nobody
  );
}
