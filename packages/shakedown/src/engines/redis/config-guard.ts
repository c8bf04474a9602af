import type { TouchedTable } from "../../isolation/lease.ts";
import { refuseErrors, type RedisCommand, type RedisConnection } from "./connection.ts";
import type { Reply } from "./resp.ts";

/** Notices CONFIG SET by the server's own count of commands, and puts the settings back. */
export interface ConfigGuard {
  /** To be sent along with a reset. */
  readonly look: readonly RedisCommand[];
  /** Takes the answers to `look`; gives the settings that were put back. */
  restore(replies: readonly Reply[]): Promise<TouchedTable[]>;
}

/** Costs one extra round trip with the first reset, and then only where CONFIG was called. */
export function openConfigGuard(connection: RedisConnection): ConfigGuard {
  let original: ReadonlyMap<string, string> | undefined;
  let seenCalls = 0;

  return {
    look: [["INFO", "commandstats"]],
    async restore([stats]) {
      const calls = configCalls(stats);
      if (original !== undefined && calls === seenCalls) return [];
      const now = await readSettings(connection);
      const before = original ?? now;
      original = before;
      const changed = [...before].filter(([name, value]) => now.get(name) !== value);
      const replies = await connection.run(
        changed.map(([name, value]) => ["CONFIG", "SET", name, value]),
      );
      // Our own calls count too.
      const [after] = refuseErrors(await connection.run([["INFO", "commandstats"]]));
      seenCalls = configCalls(after);
      // What cannot be set while the server runs was not set by a test either.
      return changed
        .filter((_, index) => !(replies[index] instanceof Error))
        .map(([name]) => ({ name: `CONFIG ${name}`, rows: 1 }));
    },
  };
}

function configCalls(stats: Reply | undefined): number {
  if (!Buffer.isBuffer(stats)) return 0;
  return Number(/^cmdstat_config(?:\|set)?:calls=(\d+)/m.exec(stats.toString("latin1"))?.[1] ?? 0);
}

async function readSettings(connection: RedisConnection): Promise<Map<string, string>> {
  const [reply] = refuseErrors(await connection.run([["CONFIG", "GET", "*"]]));
  const flat = (Array.isArray(reply) ? (reply as readonly Reply[]) : []).map((item) =>
    Buffer.isBuffer(item) ? item.toString("utf8") : String(item),
  );
  const settings = new Map<string, string>();
  for (let index = 0; index + 1 < flat.length; index += 2)
    settings.set(flat[index] ?? "", flat[index + 1] ?? "");
  return settings;
}
