import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { containersMissing, containersWith } from "../service/container/containers-available.ts";
import { identityOf, isAlive, type ProcessIdentity } from "../src/process/identity.ts";
import { locateDataFolders } from "../src/providers/folders.ts";
import { addressOf } from "../src/supervisor/ensure-supervisor.ts";
import { placesOf } from "../src/supervisor/places.ts";

export interface Seen {
  readonly identity: ProcessIdentity;
  readonly command: string;
}

const environment = process.env as Record<string, string>;

/** Everything that a project has on this machine. */
export interface Census {
  /** Its processes at this moment: by where they run, what they name, what they carry, and by their parents. */
  processes(): readonly Seen[];
  /** What must not be there once nothing runs: processes seen before or now, data, claims, sockets, names, locks, containers. */
  leftovers(): Promise<readonly string[]>;
}

export async function openCensus(folder: string): Promise<Census> {
  const stackFile = join(folder, "shakedown.stack.ts");
  const { key } = placesOf(stackFile);
  const { socket } = await addressOf(stackFile, environment);
  /** A watcher names nothing: it is known by its parent, as long as that lives. */
  const everSeen = new Map<string, Seen>();

  function processes(): readonly Seen[] {
    const all = listProcesses();
    const own = new Set(all.filter((one) => isOwn(one)).map(({ pid }) => pid));
    for (let before = -1; before < own.size;) {
      before = own.size;
      for (const { pid, parent } of all) if (own.has(parent)) own.add(pid);
    }
    const found = all
      .filter(({ pid }) => own.has(pid))
      .flatMap(({ pid, command }) => {
        const identity = identityOf(pid);
        return identity === undefined ? [] : [{ identity, command }];
      });
    for (const seen of found) everSeen.set(`${seen.identity.pid} ${seen.identity.startTime}`, seen);
    return found;
  }

  function isOwn({ place, command, environ }: Listed): boolean {
    return [place, command, environ].some(
      (text) => text.includes(folder) || text.includes(`/${key}-`),
    );
  }

  return {
    processes,
    async leftovers() {
      processes();
      const living = [...everSeen.values()].filter(({ identity }) => isAlive(identity));
      return [
        ...living.map(({ identity, command }) => `process ${identity.pid}: ${command}`),
        ...locateDataFolders(environment).flatMap((root) => namesIn(root, `${key}-`)),
        ...(existsSync(dirname(socket)) ? [dirname(socket), ...namesIn(dirname(socket), "")] : []),
        ...containersOf(stackFile),
      ];
    },
  };
}

interface Listed {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
  readonly place: string;
  readonly environ: string;
}

function listProcesses(): Listed[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => {
      try {
        const status = readFileSync(`/proc/${name}/stat`, "utf8");
        const [state, parent] = status.slice(status.lastIndexOf(")") + 2).split(" ");
        if (state === "Z" || state === "X") return [];
        return [
          {
            pid: Number(name),
            parent: Number(parent),
            command: readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ").trim(),
            place: readlinkSync(`/proc/${name}/cwd`),
            environ: readFileSync(`/proc/${name}/environ`, "utf8"),
          },
        ];
      } catch {
        return []; // gone since it was listed, or another user's
      }
    });
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

function containersOf(stackFile: string): readonly string[] {
  if (containersMissing() !== undefined) return [];
  return containersWith(`shakedown.project=${stackFile}`).map((id) => `container ${id}`);
}
