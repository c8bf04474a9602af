import { createHash } from "node:crypto";
import { homedir, hostname } from "node:os";
import { ShakedownError } from "../../../errors/shakedown-error.ts";
import { type PgClient, quoteName, quoteText } from "../driver.ts";
import { dropDatabase } from "../server/databases.ts";

/** The server's word that somebody alive holds a name; it ends with the connection, however that ends. */
export interface Claim {
  /** Ten hex digits in the names of this claim's databases. */
  readonly owner: string;
  /** What a database of this claim has as its comment. */
  readonly mark: string;
}

/** Advisory locks are per database: all of ours are taken on the one that every server has. */
export const commonDatabase = "postgres";
const claimClass = 0x5ade_c1a1;
const buildClass = 0x5ade_b11d;
const mostClaims = 64;
const unusedTemplateMs = 14 * 24 * 60 * 60 * 1000;

/** The first claim of this checkout, service and user that no other supervisor holds: two may run at once. */
export async function takeClaim(
  lock: PgClient,
  stackFile: string,
  service: string,
): Promise<Claim> {
  for (let index = 0; index < mostClaims; index += 1) {
    const owner = createHash("sha256")
      .update([stackFile, service, homedir(), hostname(), index].join("\0"))
      .digest("hex")
      .slice(0, 10);
    const { rows } = await lock.query<{ taken: boolean }>(
      "select pg_try_advisory_lock($1, $2) as taken",
      [toInteger(claimClass), lockNumber(owner)],
    );
    if (rows[0]?.taken === true) return { owner, mark: `shakedown claim ${owner}` };
  }
  throw new ShakedownError(
    "SLOTS_EXHAUSTED",
    `${mostClaims} supervisors of ${stackFile} use this server already`,
    {
      hint: "Stop those that are not needed: shakedown down",
    },
  );
}

/** One builder at a time, whoever it is; the lock also keeps the sweep away from what is being built. */
export async function whileBuilding<Value>(
  lock: PgClient,
  build: () => Promise<Value>,
): Promise<Value> {
  await lock.query("select pg_advisory_lock($1, 0)", [toInteger(buildClass)]);
  try {
    return await build();
  } finally {
    await lock.query("select pg_advisory_unlock($1, 0)", [toInteger(buildClass)]);
  }
}

export async function markDatabase(
  client: PgClient,
  database: string,
  mark: string,
): Promise<void> {
  await client.query(`comment on database ${quoteName(database)} is ${quoteText(mark)}`);
}

/** Drops databases whose claim nobody holds any more, and templates that nobody used for two weeks. Gives their names. */
export async function sweepLeftovers(lock: PgClient, own: Claim): Promise<readonly string[]> {
  const { rows } = await lock.query<{ name: string; mark: string }>(
    "select datname as name, shobj_description(oid, 'pg_database') as mark from pg_database where shobj_description(oid, 'pg_database') like 'shakedown %'",
  );
  const held = await lock.query<{ number: string }>(
    `select objid::bigint as number from pg_locks join pg_database d on d.oid = pg_locks.database
      where locktype = 'advisory' and objsubid = 2 and granted and d.datname = $1 and classid::bigint = $2`,
    [commonDatabase, claimClass],
  );
  const alive = new Set(held.rows.map(({ number }) => Number(number) | 0));
  // What bears our mark before we made anything is from the holder before us.
  alive.delete(lockNumber(own.owner));
  const dropped: string[] = [];
  for (const { name, mark } of rows) {
    if (!isLeftover(mark, alive)) continue;
    // Somebody else's, which we may not drop: its owner's next start does.
    await dropDatabase(lock, name).then(
      () => dropped.push(name),
      () => undefined,
    );
  }
  return dropped;
}

export function templateMark(): string {
  return `shakedown template ${Date.now()}`;
}

function isLeftover(mark: string, alive: ReadonlySet<number>): boolean {
  const [, kind, value = ""] = mark.split(" ");
  if (kind === "claim") return !alive.has(lockNumber(value));
  return kind === "template" && Number(value) < Date.now() - unusedTemplateMs;
}

function lockNumber(owner: string): number {
  return createHash("sha256").update(owner).digest().readInt32LE(0);
}

/** PostgreSQL's integers have a sign, and pg_locks shows them without one. */
function toInteger(value: number): number {
  return value | 0;
}
