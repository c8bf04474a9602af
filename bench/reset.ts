import { fork } from "node:child_process";
import { once } from "node:events";
import { openPgClient, type PgClient } from "../packages/shakedown/src/engines/postgres/driver.ts";
import { installTemplate } from "../packages/shakedown/src/engines/postgres/isolate/baseline.ts";
import { openUndoResetter } from "../packages/shakedown/src/engines/postgres/isolate/undo-resetter.ts";
import {
  startThrowawayServer,
  type ThrowawayServer,
} from "../packages/shakedown/service/postgres/throwaway-server.ts";

export const about =
  "Bringing a database of 15 tables with foreign keys back after another process wrote to five of them. Seeded ones hold 10 000 rows a table; all on one server without durability.";

export const labels = {
  postgres: "PostgreSQL",
  undo_ms: "undo, 150 000 seed rows",
  undo_empty_ms: "undo, empty tables",
  undo_clean_ms: "undo, nothing was written",
  undo_10_rows_ms: "undo of 10 rows",
  undo_1000_rows_ms: "undo of 1 000 rows",
  undo_100000_rows_ms: "undo of 100 000 rows (budget lifted)",
  undo_after_truncate_of_10000_ms: "undo of TRUNCATE of 10 000 rows (budget lifted)",
  clone_ms: "drop, clone (FILE_COPY), connect",
  truncate_and_reseed_ms: "TRUNCATE and put 150 000 rows back",
  delete_and_reseed_ms: "DELETE and put 150 000 rows back",
  truncate_empty_ms: "TRUNCATE, empty tables",
  delete_empty_ms: "DELETE in foreign key order, empty tables",
  undo_10_times_the_rows_ms: "undo, 1 500 000 seed rows",
  clone_per_undo: "a clone, in undos",
  truncate_and_reseed_per_undo: "TRUNCATE and reseed, in undos",
  delete_and_reseed_per_undo: "DELETE and reseed, in undos",
  undo_growth_with_10_times_the_rows: "undo with 10 times the rows, in undos",
};

/**
 * What it costs to bring a database back: 15 tables with foreign keys, five of them written by another process before
 * each reset. All ways in one run, on one server with durability off.
 */
export async function run(): Promise<Record<string, number | string>> {
  if (process.argv[2] === "--write") return await writeForEver();
  await using server = await startThrowawayServer(18);
  const figures: Record<string, number | string> = {};
  const version = await server.admin.query<{ version: string }>(
    "select current_setting('server_version') as version",
  );
  figures["postgres"] = version.rows[0]?.version ?? "";
  const seeded = await makeDatabase(server, "seeded", 10_000);
  const empty = await makeDatabase(server, "empty", 0);
  const reseeded = await makeDatabase(server, "reseeded", 10_000, true);

  figures["undo_ms"] = await measureUndo(server, seeded, 400, fiveTables(true));
  figures["undo_empty_ms"] = await measureUndo(server, empty, 400, fiveTables(false));
  figures["undo_clean_ms"] = await measureUndo(server, seeded, 200, "select 1");
  for (const rows of [10, 1000, 100_000]) {
    const tries = rows > 1000 ? 5 : 100;
    figures[`undo_${rows}_rows_ms`] = await measureUndo(
      server,
      seeded,
      tries,
      `update t3 set name = 'changed' where id <= ${rows / 10}; insert into t7 (name) select 'new' from generate_series(1, ${rows - rows / 10})`,
    );
  }
  figures["undo_after_truncate_of_10000_ms"] = await measureUndo(
    server,
    seeded,
    10,
    "truncate t15",
  );
  figures["clone_ms"] = await measureClone(server, seeded, 100);
  figures["truncate_and_reseed_ms"] = await measureEmptying(server, reseeded, 20, "truncate");
  figures["delete_and_reseed_ms"] = await measureEmptying(server, reseeded, 5, "delete");
  figures["truncate_empty_ms"] = await measureEmptying(server, empty, 100, "truncate");
  figures["delete_empty_ms"] = await measureEmptying(server, empty, 100, "delete");
  const large = await makeDatabase(server, "large", 100_000);
  figures["undo_10_times_the_rows_ms"] = await measureUndo(server, large, 400, fiveTables(true));

  const undo = Number(figures["undo_ms"]);
  figures["clone_per_undo"] = round(Number(figures["clone_ms"]) / undo);
  figures["truncate_and_reseed_per_undo"] = round(Number(figures["truncate_and_reseed_ms"]) / undo);
  figures["delete_and_reseed_per_undo"] = round(Number(figures["delete_and_reseed_ms"]) / undo);
  figures["undo_growth_with_10_times_the_rows"] = round(
    Number(figures["undo_10_times_the_rows_ms"]) / undo,
  );
  return figures;
}

const tables = Array.from({ length: 15 }, (_, index) => `t${index + 1}`);
const rowBudget = 1_000_000;

/** The other process: takes SQL by message, answers when it is committed. */
async function writeForEver(): Promise<never> {
  const client = await openPgClient(process.argv[3] ?? "", {
    applicationName: "bench application",
  });
  process.on("disconnect", () => process.exit(0));
  process.send?.("ready");
  for (;;) {
    const [sql] = (await once(process, "message")) as [string];
    await client.query(sql);
    process.send?.("done");
  }
}

async function makeDatabase(
  server: ThrowawayServer,
  name: string,
  rows: number,
  withCopies = false,
): Promise<string> {
  await server.createDatabase(name);
  const client = await openPgClient(server.socketUrl(name), { applicationName: "bench" });
  await client.query(
    tables
      .map((table, index) => {
        const parent = index === 0 ? "" : `references t${index} on delete cascade`;
        return `create table ${table} (id bigint generated by default as identity primary key, parent bigint ${parent}, name text not null,
            at timestamptz not null default now(), amount numeric, data jsonb);
          create index on ${table} (parent);
          insert into ${table} (parent, name, amount, data)
            select ${index === 0 ? "null" : "g"}, 'row ' || g, g / 7.0, jsonb_build_object('a', g) from generate_series(1, ${rows}) g;
          ${withCopies ? `create table copy_of_${table} as table ${table};` : ""}`;
      })
      .join("\n"),
  );
  await client.query("vacuum analyze");
  await installTemplate(client);
  await client.end();
  return name;
}

function fiveTables(hasSeeds: boolean): string {
  return `insert into t1 (name) values ('new'); insert into t2 (name) values ('new'); insert into t3 (name) values ('new'), ('newer');
    ${hasSeeds ? "update t4 set name = 'changed' where id = 5; update t4 set name = 'again' where id = 5; delete from t15 where id = 7" : "insert into t4 (name) values ('new'); insert into t15 (name) values ('new')"}`;
}

async function measureUndo(
  server: ThrowawayServer,
  template: string,
  tries: number,
  writes: string,
): Promise<number> {
  await using slot = await openSlot(server, template);
  const resetter = await openUndoResetter(server.socketUrl("slot"), {
    rowBudget,
    sequences: "restore",
    budgetMs: 2000,
  });
  try {
    return await median(
      tries,
      async () => await slot.write(writes),
      async () => {
        const outcome = await resetter.reset(0);
        if (outcome.kind === "retire") throw new Error(outcome.reason);
      },
    );
  } finally {
    await resetter.close();
  }
}

/** Until a test could go on: the old one dropped, the new one made, connected to, a first query answered. */
async function measureClone(
  server: ThrowawayServer,
  template: string,
  tries: number,
): Promise<number> {
  let client: PgClient | undefined;
  const taken = await median(
    tries,
    async () => undefined,
    async () => {
      await client?.end();
      await server.admin.query(`drop database if exists clone`);
      await server.admin.query(`create database clone template ${template} strategy file_copy`);
      client = await openPgClient(server.socketUrl("clone"), { applicationName: "bench" });
      await client.query("select count(*) from t1 where id = 1");
    },
  );
  await client?.end();
  return taken;
}

async function measureEmptying(
  server: ThrowawayServer,
  template: string,
  tries: number,
  how: "truncate" | "delete",
): Promise<number> {
  await using slot = await openSlot(server, template);
  const empty =
    how === "truncate"
      ? `truncate ${tables.join(", ")} cascade`
      : tables
          .toReversed()
          .map((table) => `delete from ${table}`)
          .join(";");
  const reseed =
    template === "empty"
      ? ""
      : tables.map((table) => `insert into ${table} table copy_of_${table}`).join(";");
  const client = await openPgClient(server.socketUrl("slot"), {
    applicationName: "bench",
    settings: { session_replication_role: "replica", "shakedown.control": "on" },
  });
  try {
    return await median(
      tries,
      async () => await slot.write(fiveTables(template !== "empty")),
      async () => void (await client.query(`begin; ${empty}; ${reseed}; commit`)),
    );
  } finally {
    await client.end();
  }
}

interface BenchSlot extends AsyncDisposable {
  write(sql: string): Promise<void>;
}

async function openSlot(server: ThrowawayServer, template: string): Promise<BenchSlot> {
  await server.createDatabase("slot", template);
  const seal = await openPgClient(server.socketUrl("slot"), { applicationName: "bench" });
  await seal.query("select shakedown_undo.seal($1, 'restore')", [rowBudget]);
  await seal.end();
  const child = fork(import.meta.filename, ["--write", server.socketUrl("slot")], { execArgv: [] });
  const gone = once(child, "exit");
  await once(child, "message");
  return {
    async write(sql) {
      const done = once(child, "message");
      child.send(sql);
      await Promise.race([
        done,
        gone.then(() => Promise.reject(new Error("the application of the benchmark ended"))),
      ]);
    },
    async [Symbol.asyncDispose]() {
      if (child.connected) child.disconnect();
      await gone;
      await server.dropDatabase("slot");
    },
  };
}

async function median(
  tries: number,
  before: () => Promise<unknown>,
  work: () => Promise<unknown>,
): Promise<number> {
  const taken: number[] = [];
  for (let index = 0; index < tries + 3; index += 1) {
    await before();
    const startedMs = performance.now();
    await work();
    // The first ones make plans and fill caches, once for each test file.
    if (index >= 3) taken.push(performance.now() - startedMs);
  }
  return round(taken.toSorted((left, right) => left - right)[Math.floor(taken.length / 2)] ?? 0);
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

if (import.meta.main) {
  const figures = await run();
  for (const [name, value] of Object.entries(figures))
    console.log(name.padEnd(42), String(value).padStart(10));
  console.log(JSON.stringify(figures));
}
