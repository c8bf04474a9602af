import { createHash } from "node:crypto";
import { homedir, hostname } from "node:os";
import { ShakedownError } from "../../../errors/shakedown-error.ts";
import type { Death, RunningService, StartContext } from "../../engine.ts";
import { buildTemplate } from "../build-template.ts";
import { dropDatabase } from "../copy-database.ts";
import { type MysqlClient, openMysql, quoteText } from "../driver.ts";
import type { ParsedOptions } from "../options.ts";
import { startOnServer, withDatabase } from "../start-on-server.ts";

/** More supervisors of one stack and user than this on one server is a mistake. */
const mostClaims = 16;

/**
 * Databases on a server that runs already and that others use too.
 *
 * One connection holds our claim, a lock of the server: when it ends, with us or without us, what we left is free to be
 * swept. Whose databases are whose is told by their names, which end in the claim.
 */
export async function startExternal(
  context: StartContext,
  options: ParsedOptions,
  given: string,
): Promise<Omit<RunningService, "provider">> {
  // The `mariadb:` of some URLs means the same protocol.
  const url = given.replace(/^mariadb:/, "mysql:");
  const lock = await openMysql(withDatabase(url, ""), {
    settings: { wait_timeout: 7 * 24 * 60 * 60 },
  });
  try {
    const owner = await takeClaim(lock, context);
    context.progress("sweeping what dead runs left");
    const swept = await sweepLeftovers(lock, owner);
    if (swept.length > 0)
      context.log.write("shakedown", `dropped ${swept.join(", ")}, left by runs that are over`);
    const urlOf = (database: string): string => withDatabase(url, database);
    const template = `shakedown_template_${owner}`;
    const built = await buildTemplate({
      context,
      options,
      template,
      connect: { control: lock, userUrl: urlOf },
    });
    let isStopping = false;
    const died = new Promise<Death>((resolve) => {
      lock.onLost((error) => {
        if (!isStopping)
          resolve({ how: `lost its connection to the server: ${error.message}`, logTail: [] });
      });
    });
    return await startOnServer(context, options, {
      control: lock,
      controlUrl: urlOf,
      userUrl: urlOf,
      template,
      owner,
      note: built ?? "empty template",
      died,
      async stop() {
        isStopping = true;
        try {
          for (const database of await databasesOf(lock, [owner]))
            await dropDatabase(lock, database);
        } finally {
          await lock.end();
        }
      },
    });
  } catch (error) {
    await lock.end();
    throw error;
  }
}

/** The first name of this checkout, service and user that no other supervisor holds: two may run at once. */
async function takeClaim(lock: MysqlClient, { stack, service }: StartContext): Promise<string> {
  for (let index = 0; index < mostClaims; index += 1) {
    const owner = createHash("sha256")
      .update([stack.file, service.name, homedir(), hostname(), index].join("\0"))
      .digest("hex")
      .slice(0, 10);
    const { rows } = await lock.query<{ taken: number | null }>("select get_lock(?, 0) as taken", [
      lockName(owner),
    ]);
    if (rows[0]?.taken === 1) return owner;
  }
  throw new ShakedownError(
    "SLOTS_EXHAUSTED",
    `${mostClaims} supervisors of ${stack.file} use this server already`,
    { hint: "Stop those that are not needed: shakedown down" },
  );
}

function lockName(owner: string): string {
  return `shakedown_claim_${owner}`;
}

/** Drops databases whose claim nobody holds any more, and those of a holder of our own claim before us. Gives their names. */
async function sweepLeftovers(lock: MysqlClient, own: string): Promise<readonly string[]> {
  const { rows } = await lock.query<{ name: string }>(
    "select schema_name as name from information_schema.schemata where schema_name like 'shakedown\\_template\\_%'",
  );
  // A template is the first that a claim makes and the last that it drops: it tells which claims there were.
  const owners = rows.map(({ name }) => name.slice("shakedown_template_".length));
  const dead: string[] = [];
  for (const owner of owners) {
    if (!/^[0-9a-f]{10}$/.test(owner)) continue;
    if (owner === own || (await isFree(lock, owner))) dead.push(owner);
  }
  const dropped: string[] = [];
  for (const database of await databasesOf(lock, dead)) {
    // Somebody else's, which we may not drop: its owner's next start does.
    await dropDatabase(lock, database).then(
      () => dropped.push(database),
      () => undefined,
    );
  }
  return dropped;
}

async function isFree(lock: MysqlClient, owner: string): Promise<boolean> {
  const { rows } = await lock.query<{ free: number | null }>(
    `select is_free_lock(${quoteText(lockName(owner))}) as free`,
  );
  return rows[0]?.free === 1;
}

/** Templates last: as long as one is there, its claim's databases are found. */
async function databasesOf(
  lock: MysqlClient,
  owners: readonly string[],
): Promise<readonly string[]> {
  const { rows } = await lock.query<{ name: string }>(
    "select schema_name as name from information_schema.schemata",
  );
  return rows
    .map(({ name }) => name)
    .filter((name) =>
      owners.some((owner) => new RegExp(`_${owner}(_[0-9a-f]{8}_rows)?$`).test(name)),
    )
    .toSorted(
      (left, right) =>
        Number(left.startsWith("shakedown_template_")) -
        Number(right.startsWith("shakedown_template_")),
    );
}
