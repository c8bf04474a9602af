import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { locateDataFolders } from "../../src/providers/folders.ts";
import { addressOf } from "../../src/supervisor/ensure-supervisor.ts";
import { until } from "../../src/kit/until.ts";

const environment = process.env as Record<string, string>;

/** Everything that a stack has on this machine at this moment: processes, folders of data, claims, sockets, locks. */
export async function census(stackFile: string): Promise<readonly string[]> {
  const { socket, places } = await addressOf(stackFile, environment);
  const folder = dirname(socket);
  return [
    ...processesOf(places.key, stackFile),
    ...locateDataFolders(environment).flatMap((root) => namesIn(root, `${places.key}-`)),
    ...(existsSync(folder) ? [folder, ...namesIn(folder, "")] : []),
  ];
}

/** Nothing of it is left, 3 seconds after whatever happened. */
export async function nothingIsLeft(stackFile: string): Promise<void> {
  await until(async () => (await census(stackFile)).length === 0, {
    what: "nothing to be left",
    timeoutMs: 3000,
    everyMs: 20,
  }).catch(async (error: unknown) => {
    throw new Error(`left:\n${(await census(stackFile)).join("\n")}`, { cause: error });
  });
}

/** Those that name the stack, run in its data folders, or carry the mark of a supervisor that named it. */
function processesOf(key: string, stackFile: string): string[] {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((pid) => ({
      pid,
      command: read(pid, "cmdline").replaceAll("\0", " ").trim(),
      environment: read(pid, "environ"),
    }));
  const isOwn = ({ pid, command, environment: own }: (typeof all)[number]): boolean =>
    !command.includes("vitest") &&
    !command.includes("hold-session") &&
    (command.includes(stackFile) ||
      command.includes(`/${key}-`) ||
      own.includes(`/${key}-`) ||
      read(pid, "environ").includes(`PWD=${dirname(stackFile)}\0`));
  return all.filter(isOwn).map(({ pid, command }) => `process ${pid}: ${command}`);
}

function namesIn(folder: string, start: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.startsWith(start))
      .map((name) => join(folder, name));
  } catch {
    return []; // no such folder
  }
}

function read(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "latin1");
  } catch {
    return ""; // gone, or another user's
  }
}
