import type { TouchedTable } from "../../isolation/lease.ts";
import { refuseErrors, type RedisCommand, type RedisConnection } from "./connection.ts";
import type { Reply } from "./resp.ts";

export interface KeptKey {
  readonly database: number;
  readonly key: Buffer;
  readonly dump: Buffer;
  /** 0 for a key without an end. */
  readonly expiresEpochMs: number;
}

const keysAtOnce = 500;

/** The databases that hold keys: the lines of `INFO keyspace`. */
export function keyspaceOf(info: Reply | undefined): TouchedTable[] {
  if (!Buffer.isBuffer(info)) return [];
  return [...info.toString("latin1").matchAll(/^db(\d+):keys=(\d+)/gm)].map((match) => ({
    name: `db${match[1]}`,
    rows: Number(match[2]),
  }));
}

/** Every key of these databases, with its value and its end. Leaves `home` selected. */
export async function takeSnapshot(
  connection: RedisConnection,
  databases: readonly number[],
  home: number,
): Promise<KeptKey[]> {
  const kept: KeptKey[] = [];
  for (const database of databases) {
    let cursor = "0";
    do {
      const [, scanned] = refuseErrors(
        await connection.run([
          ["SELECT", database],
          ["SCAN", cursor, "COUNT", keysAtOnce],
          ["SELECT", home],
        ]),
      );
      const [next, keys] = scanned as readonly [Buffer, readonly Buffer[]];
      cursor = next.toString("latin1");
      kept.push(...(await dump(connection, { database, home, keys })));
    } while (cursor !== "0");
  }
  return kept;
}

/** Puts keys back into an emptied server. Leaves `home` selected. */
export async function restoreSnapshot(
  connection: RedisConnection,
  kept: readonly KeptKey[],
  home: number,
): Promise<void> {
  for (let from = 0; from < kept.length; from += keysAtOnce) {
    const commands: RedisCommand[] = kept
      .slice(from, from + keysAtOnce)
      .flatMap(({ database, key, dump: value, expiresEpochMs }): RedisCommand[] => [
        ["SELECT", database],
        [
          "RESTORE",
          key,
          expiresEpochMs,
          value,
          "REPLACE",
          ...(expiresEpochMs === 0 ? [] : ["ABSTTL"]),
        ],
      ]);
    refuseErrors(await connection.run([...commands, ["SELECT", home]]));
  }
}

async function dump(
  connection: RedisConnection,
  { database, home, keys }: { database: number; home: number; keys: readonly Buffer[] },
): Promise<KeptKey[]> {
  if (keys.length === 0) return [];
  const [, ...replies] = refuseErrors(
    await connection.run([
      ["SELECT", database],
      ...keys.flatMap((key): RedisCommand[] => [
        ["DUMP", key],
        ["PTTL", key],
      ]),
      ["SELECT", home],
    ]),
  );
  const nowEpochMs = Date.now();
  return keys.flatMap((key, index) => {
    const value = replies[index * 2];
    const leftMs = Number(replies[index * 2 + 1]);
    // It expired between the two looks.
    if (!Buffer.isBuffer(value) || leftMs === -2) return [];
    return [{ database, key, dump: value, expiresEpochMs: leftMs < 0 ? 0 : nowEpochMs + leftMs }];
  });
}
