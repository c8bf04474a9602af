import type {
  LeaseClient,
  OpenClientContext,
  ResetOutcome,
  ServiceLease,
  TouchedTable,
} from "../../isolation/lease.ts";
import { type RedisCommand, redisConnection, refuseErrors } from "./connection.ts";
import { openConfigGuard } from "./config-guard.ts";
import { fromJson, readBaseline } from "./control.ts";
import { openIoredis, type Redis, resetIoredis } from "./driver.ts";
import { type KeptKey, keyspaceOf, restoreSnapshot, takeSnapshot } from "./snapshot.ts";

/** An ioredis client on the slot's server, which connects with its first command. */
export type RedisHandle = Redis & { readonly url: string };

/** Called in the process that runs the tests. */
export async function openRedisClient(
  lease: ServiceLease,
  _context: OpenClientContext,
): Promise<LeaseClient<RedisHandle>> {
  const control = fromJson(lease.control);
  const { address, own, majorVersion } = control;
  const driver = await openIoredis(address);
  const handle = Object.assign(driver, { url: lease.outputs["url"] ?? "" });
  if (own === "nothing") {
    return {
      handle,
      // Emptying it would pull the data away from under the other workers' tests.
      reset: async () => ({ kind: "clean" }),
      mark: async () => undefined,
      [Symbol.asyncDispose]: async () => driver.disconnect(),
    };
  }

  const connection = redisConnection(address);
  const home = address.database;
  const guard = own === "server" ? openConfigGuard(connection) : undefined;
  const levels: KeptKey[][] = [await readBaseline(control.baselineFile)];
  const emptying = emptyingCommands(own, majorVersion);

  function ownKeyspace(info: Parameters<typeof keyspaceOf>[0]): TouchedTable[] {
    return keyspaceOf(info).filter(({ name }) => own === "server" || name === `db${home}`);
  }

  async function reset(level: number): Promise<ResetOutcome> {
    levels.length = Math.min(levels.length, level + 1);
    const kept = levels.at(-1) ?? [];
    const replies = refuseErrors(
      await connection.run([["INFO", "keyspace"], ...emptying, ...(guard?.look ?? [])]),
    );
    const touched = ownKeyspace(replies[0]);
    if (kept.length > 0) await restoreSnapshot(connection, kept, home);
    const settings = (await guard?.restore(replies.slice(1 + emptying.length))) ?? [];
    if (level === 0) await resetIoredis(driver, home);
    const all = [...touched, ...settings];
    return all.length === 0 ? { kind: "clean" } : { kind: "restored", touched: all };
  }

  return {
    handle,
    reset,
    async mark(level) {
      const [info] = refuseErrors(await connection.run([["INFO", "keyspace"]]));
      const databases = ownKeyspace(info).map(({ name }) => Number(name.slice(2)));
      levels.length = Math.min(levels.length, level);
      // Levels that nobody marked are the one below them.
      while (levels.length < level) levels.push(levels.at(-1) ?? []);
      levels[level] = await takeSnapshot(connection, databases, home);
    },
    async [Symbol.asyncDispose]() {
      driver.disconnect();
      connection[Symbol.dispose]();
    },
  };
}

/** With its answers they are one round trip, whatever a test has written. */
function emptyingCommands(own: "server" | "number", majorVersion: number): readonly RedisCommand[] {
  // Scripts and functions are the whole server's, and on a shared one not ours to remove.
  if (own === "number") return [["FLUSHDB", "SYNC"]];
  return [
    ["FLUSHALL", "SYNC"],
    ["SCRIPT", "FLUSH"],
    ...(majorVersion >= 7 ? [["FUNCTION", "FLUSH"]] : []),
  ];
}
