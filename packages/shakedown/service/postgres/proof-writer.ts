/**
 * An application as bad as it can be, in a process of its own: random statements in random transactions.
 * Started by undo-proof.test.ts with a URL; gets an order, answers what happened.
 */
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import pg from "pg";
import { from as copyFrom } from "pg-copy-streams";

export interface WriteOrder {
  readonly seed: number;
  readonly transactions: number;
  /** Own rows only, and nothing whose outcome hangs on who comes first: such work fails the same way every time. */
  readonly apart?: number;
  readonly allowRetiring: boolean;
  /** Goes on until the word "stop". */
  readonly forever?: boolean;
}

export interface WriteReport {
  readonly codes: Readonly<Record<string, number>>;
  readonly statements: number;
  /** Committed things for which a slot is to be retired. */
  readonly retiring: readonly string[];
}

type Random = (below: number) => number;

let stopped = false;
const client = new pg.Client({
  connectionString: process.argv[2],
  application_name: "proof writer",
  options: "-c deadlock_timeout=100 -c lock_timeout=1500",
});
client.on("error", () => process.exit(0));
await client.connect();

process.on("message", (order: WriteOrder | "stop" | "end") => {
  if (order === "stop") {
    stopped = true;
  } else if (order === "end") {
    void client.end().then(() => process.exit(0));
  } else {
    void write(order).then((report) => process.send?.(report));
  }
});
process.on("disconnect", () => process.exit(0));
process.send?.("ready");

async function write(order: WriteOrder): Promise<WriteReport> {
  const random = randomFrom(order.seed);
  const codes: Record<string, number> = {};
  const retiring: string[] = [];
  let statements = 0;
  stopped = false;
  for (
    let transaction = 0;
    order.forever === true ? !stopped : transaction < order.transactions;
    transaction += 1
  ) {
    const levels =
      order.apart === undefined
        ? ["read committed", "read committed", "repeatable read", "serializable"]
        : ["read committed", "repeatable read"];
    const level = levels[random(levels.length)] ?? "read committed";
    const wishes: string[] = [];
    try {
      await client.query(`begin isolation level ${level}`);
      for (let left = 1 + random(5); left > 0; left -= 1) {
        const { sql, copy, retires } =
          order.apart === undefined
            ? anyStatement(random, level, order.allowRetiring)
            : ownStatement(random, order.apart);
        statements += 1;
        const guarded = random(4) === 0;
        if (guarded) await client.query("savepoint s");
        try {
          if (copy === undefined) await client.query(sql);
          else await pipeline(Readable.from([copy]), client.query(copyFrom(sql)));
          if (guarded && random(2) === 0) await client.query("rollback to savepoint s");
          else if (retires !== undefined) wishes.push(retires);
        } catch (error) {
          count(codes, error);
          if (!guarded) throw error;
          await client.query("rollback to savepoint s");
        }
      }
      const ended = await client.query(random(5) === 0 ? "rollback" : "commit");
      if (ended.command === "COMMIT") retiring.push(...wishes);
    } catch (error) {
      if ((error as { counted?: boolean }).counted !== true) count(codes, error);
      await client.query("rollback");
    }
  }
  return { codes, statements, retiring };
}

function count(codes: Record<string, number>, error: unknown): void {
  const { code } = error as { code?: string };
  const name = code ?? String(error);
  codes[name] = (codes[name] ?? 0) + 1;
  (error as { counted?: boolean }).counted = true;
}

interface Wanted {
  readonly sql: string;
  readonly copy?: string;
  readonly retires?: string;
}

function anyStatement(random: Random, level: string, allowRetiring: boolean): Wanted {
  const customer = 1 + random(70);
  const order = 1 + random(170);
  const day = `'2020-01-01'::date + ${random(720)}`;
  const choices: (() => Wanted)[] = [
    () => ({ sql: `insert into customers (email, name) values ('n${random(40)}@x', 'new')` }),
    () => ({
      sql: `insert into customers (email) values ('c${customer}@x'), ('u${random(20)}@x') on conflict (email) do update set name = 'upserted', balance = customers.balance + 1`,
    }),
    () => ({
      sql: `update customers set name = 'x' || random(), mood = 'wild' where id % 7 = ${random(7)}`,
    }),
    () => ({ sql: `update customers set id = id + 1000 where id = ${customer}` }),
    () => ({ sql: `update customers set email = email where id = ${customer}` }),
    () => ({ sql: `delete from customers where id = ${customer}` }),
    () => ({
      sql: `insert into orders (customer, total) select ${customer}, g from generate_series(1, ${1 + random(4)}) g`,
    }),
    () => ({
      sql: `with gone as (delete from items where order_id = ${order} returning *) insert into items select order_id, line + 10, what, amount from gone`,
    }),
    () => ({
      sql: `with changed as (update orders set total = total + 1 where id = ${order} returning id), gone as (delete from items where order_id = ${order + 1} returning 1) insert into bags select 'cte', id from changed`,
    }),
    () => ({
      sql: `merge into items i using (values (${order}::bigint, 1), (${order}, 77)) v(o, l) on i.order_id = v.o and i.line = v.l
      when matched and i.amount > 100 then delete when matched then update set what = 'merged' when not matched then insert values (v.o, v.l, 'm', 1)`,
    }),
    () => ({ sql: "copy bags from stdin", copy: `copied\t${random(4)}\n\\N\t\\N\n` }),
    () => ({
      sql: `copy customers (email, name) from stdin`,
      copy: `k${random(99)}@x\tcopied\nl${random(99)}@x\t\\N\n`,
    }),
    () => ({ sql: `delete from bags where n = ${random(3)}` }),
    () => ({ sql: `update bags set n = n + 1 where what = 'bag ${random(7)}'` }),
    () => ({ sql: `insert into bags values ('bag ${random(7)}', 0), (null, null)` }),
    () => ({ sql: `update tree set parent = ${1 + random(40)} where id = ${1 + random(40)}` }),
    () => ({ sql: `delete from tree where id = ${8 + random(33)}` }),
    () => ({ sql: `insert into tree values (${30 + random(30)}, ${1 + random(20)}, 'grown')` }),
    () => ({
      sql: `update values_of_types set f = random(), n = n * 1.0, at = clock_timestamp(), span = span + '1 day', tags = tags || 'more', doc = doc || '[1]', place = row('b', 2) where id = ${1 + random(3)}`,
    }),
    () => ({
      sql: `set local datestyle = 'SQL, DMY'; set local intervalstyle = 'sql_standard'; set local timezone = 'Asia/Tokyo'; set local extra_float_digits = -5; set local bytea_output = 'escape'; update values_of_types set word = 'w${random(9)}'`,
    }),
    () => ({ sql: `delete from values_of_types where id = ${1 + random(3)}` }),
    () => ({ sql: `insert into values_of_types (f) values (1), (null)` }),
    () => ({
      sql: `insert into measurements values (${day}, ${random(6)}, 1, 'n') on conflict do nothing`,
    }),
    () => ({
      sql: `update measurements set at = ${day}, v = v + 1 where sensor = ${random(5)} and at = ${day}`,
    }),
    () => ({
      sql: `update measurements set at = at + 300 where at < '2020-03-01' and sensor = ${random(5)}`,
    }),
    () => ({ sql: `delete from measurements where sensor = ${random(5)} and v < ${random(700)}` }),
    () => ({ sql: `update measurements_2 set v = -v, note = 'leaf' where sensor = ${random(5)}` }),
    () => ({ sql: `delete from measurements_1 where v > ${200 + random(300)}` }),
    () => ({
      sql: `insert into measurements_2 (sensor, at, v) values (${random(9)}, '2021-02-03', 3)`,
    }),
    () => ({ sql: `insert into readings select '2021-01-01', g from generate_series(1, 3) g` }),
    () => ({ sql: `insert into readings_1 values ('2022-01-01', 5)` }),
    () => ({ sql: `update counters set n = n + 1 where id = ${1 + random(10)}` }),
    () => ({
      sql: `insert into empty_one (customer) select id from customers where id = ${customer}`,
    }),
    () => ({
      sql: `insert into "Other".replaced values (${1 + random(25)}, 'again') on conflict (id) do update set v = 'conflict'`,
    }),
    () => ({
      sql: `update "Other"."Odd ""Näme""" set "sel ect" = "sel ect" || '\\' where "ID" = ${random(40)}`,
    }),
    () => ({ sql: `update "Other"."Odd ""Näme""" set "ID" = -"ID" where "ID" % 9 = ${random(9)}` }),
    () => ({ sql: `update unlogged_one set v = 'changed' where id = ${random(20)}` }),
    () => ({
      sql: `delete from unlogged_one where id = ${random(20)}; insert into unlogged_one values (${random(30)}, 'v')`,
    }),
    () => ({ sql: `select nextval('loose'), nextval('never_called')` }),
    () => ({ sql: `select setval('loose', ${1 + random(100)}, ${random(2) === 0})` }),
    () => ({ sql: `select setval('never_called', ${1 + random(10)}, false)` }),
    () => ({ sql: `alter sequence loose restart with ${1 + random(50)}` }),
    () => ({
      sql: `savepoint ddl; create table made (id int); alter table customers add column extra int default 5; update customers set extra = 6, name = 'ddl'; rollback to savepoint ddl`,
    }),
    () => ({ sql: `savepoint ddl; drop table items cascade; rollback to savepoint ddl` }),
    () => ({
      sql: `create temp table if not exists scratch (id serial primary key, v text) on commit drop; insert into scratch (v) values ('x'); alter table scratch add column w int; create index on scratch (v)`,
    }),
    () => ({
      sql: `alter table bags disable trigger all; insert into bags values ('quiet', 1); alter table bags enable trigger all`,
    }),
    () => ({ sql: `refresh materialized view totals` }),
    () => ({
      sql: `insert into orders (customer, total) values (${customer}, 'infinity'); delete from orders where total = 'infinity'`,
    }),
  ];
  const truncates = [
    "truncate items",
    "truncate bags",
    "truncate audit restart identity",
    "truncate orders restart identity cascade",
    "truncate empty_one",
    "truncate measurements",
    "truncate measurements_1",
    "truncate readings",
  ];
  if (level === "read committed" || allowRetiring) {
    choices.push(() => ({
      sql: truncates[random(truncates.length)] ?? "",
      ...(level === "read committed" ? {} : { retires: "truncate" }),
    }));
  }
  if (allowRetiring && random(12) === 0) {
    const ddl = [
      `create table if not exists made_${random(1000)} (id int)`,
      `alter table customers alter column name type varchar(${300 + random(1000)})`,
      `alter table orders add column if not exists note text default 'none'`,
      `drop table if exists empty_one`,
      `create index on items (what)`,
      `grant select on customers to public`,
    ];
    return { sql: ddl[random(ddl.length)] ?? "", retires: "ddl" };
  }
  if (allowRetiring && random(25) === 0)
    return {
      sql: `insert into bags select 'many', g from generate_series(1, 4100) g`,
      retires: "budget",
    };
  return (choices[random(choices.length)] ?? ((): Wanted => ({ sql: "select 1" })))();
}

/** Rows of one writer alone; some statements are wrong, always in the same way. */
function ownStatement(random: Random, writer: number): Wanted {
  const id = writer * 100_000 + random(50);
  const seeded = 1 + writer * 10 + random(10);
  const statements = [
    `insert into customers (id, email, name) values (${id}, 'own${id}@x', 'own')`,
    `insert into customers (id, email) values (${id}, 'own${id}@x') on conflict (id) do update set balance = customers.balance + 1`,
    `update customers set name = 'own' || name where id = ${seeded}`,
    `update customers set email = null where id = ${seeded}`,
    `insert into orders (id, customer, total) values (${id}, ${id}, 5)`,
    `update orders set total = total + 1 where id = ${seeded}`,
    `delete from orders where id = ${id}`,
    `insert into items values (${id}, 1, 'x', 1)`,
    `insert into items values (${seeded}, ${1000 + random(30)}, 'x', 0)`,
    `insert into tree values (${id}, null, 'own')`,
    `update tree set label = 'own' where id = ${id}`,
    `insert into unlogged_one values (${id}, 'own')`,
    `delete from unlogged_one where id = ${id}`,
    `insert into measurements values ('2020-05-05', ${id}, 1, 'x')`,
    `update measurements set v = v + 1 where sensor = ${id}`,
    `update measurements set at = '2021-05-05' where sensor = ${id}`,
    `select 1 / 0`,
  ];
  return { sql: statements[random(statements.length)] ?? "" };
}

function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}
