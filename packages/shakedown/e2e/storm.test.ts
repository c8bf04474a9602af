import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { containersMissing, images } from "../service/container/containers-available.ts";
import { until } from "../src/kit/until.ts";
import {
  type CliProject,
  type Ended,
  makeCliProject,
  type Running,
  testFile,
  webServer,
} from "./cli-project.ts";
import { type Census, openCensus } from "./storm-census.ts";
import {
  type Blow,
  blows,
  canMeet,
  kinds,
  type Moment,
  mostDelayMs,
  moments,
  strike,
} from "./storm-victims.ts";

// Longer: npm run storm. The same again: SHAKEDOWN_STORM_SEED=<the number that a failure tells>.
const kills = Number(process.env["SHAKEDOWN_STORM_KILLS"] ?? 9);
const seed = Number(process.env["SHAKEDOWN_STORM_SEED"] ?? Date.now() % 1_000_000);
const tells = process.env["SHAKEDOWN_STORM_TELL"] !== undefined;

/** One more service, where there is an engine for it. */
const hasContainers = containersMissing() === undefined;
const box = hasContainers
  ? `box: container({
    per: "run",
    image: "${images.debian}",
    command: ["bash", "-c", "echo up; exec sleep 1000"],
    ready: logLine(/^up$/),
  }),`
  : "";

const files = {
  "server.mjs": webServer,
  "db/001.sql": "create table cameras (id int primary key); insert into cameras values (1);",
  "shakedown.stack.ts": `
import { defineStack } from "shakedown";
import { command, logLine } from "shakedown/command";
import { container } from "shakedown/container";
import { postgres } from "shakedown/postgres";
import { redis } from "shakedown/redis";
export default defineStack({
  db: postgres({ migrate: "db" }),
  cache: redis(),
  ${box}
  api: command({
    run: ["node", "server.mjs"],
    env: ({ db, cache }) => ({ DATABASE_URL: db.url, REDIS_URL: cache.url }),
    ready: logLine(/listening on (?<url>http:\\S+)/),
  }),
});
`,
  "a.test.ts": testFile(`
const last = 50;
for (let turn = 0; turn <= last; turn += 1) {
  test("writes " + turn, async ({ db, cache, api,${hasContainers ? " box," : ""} expect }) => {
    expect(await db.sql\`select id from cameras\`).toEqual([{ id: 1 }]);
    expect(await cache.get("seen")).toBeNull();
    await db.sql\`insert into cameras values (2)\`;
    await cache.set("seen", "yes");
    await api.get("/" + turn);
    if (turn === 0) console.log("first test");
    if (turn === last) console.log("last test");
  });
}`),
};

test(
  `whatever is killed, whenever: nothing stays, and the next run is right (seed ${seed})`,
  { timeout: 60_000 + kills * 20_000 },
  async () => {
    await using project = await makeCliProject(files);
    const census = await openCensus(project.folder);
    const random = randomNumbers(seed);
    const tally: Record<string, number> = {};
    const count = (name: string): void => void (tally[name] = (tally[name] ?? 0) + 1);
    const from = <Value>(values: readonly Value[]): Value =>
      values[Math.floor(random() * values.length)] as Value;
    await runsRight(project, "before the storm");
    for (let kill = 1; kill <= kills;) {
      const moment = from(moments);
      const blow = from(blows.filter(({ targets }) => canMeet(moment, targets)));
      const delayMs = Math.floor(random() * mostDelayMs[moment]);
      const what = `kill ${kill} of seed ${seed}: ${blow.name} at ${moment} + ${delayMs} ms`;
      const hit = await step(project, census, { blow, moment, delayMs, what });
      if (tells) process.stdout.write(`${what}: ${hit} hit\n`);
      count(hit > 0 ? `${blow.name}, at ${moment}` : "missed");
      if (hit === 0) continue;
      if (kill % 10 === 0) await runsRight(project, what);
      kill += 1;
    }
    await runsRight(project, "after the storm");
    if (tells) process.stdout.write(`${JSON.stringify(tally, null, 2)}\n`);
    expect(tally["missed"] ?? 0, "blows that hit nothing").toBeLessThanOrEqual(1 + kills / 4);
  },
);

interface Step {
  readonly blow: Blow;
  readonly moment: Moment;
  readonly delayMs: number;
  readonly what: string;
}

async function step(
  project: CliProject,
  census: Census,
  { blow, moment, delayMs, what }: Step,
): Promise<number> {
  const run = project.start(["run"]);
  let isOver = false;
  void run.ended.then(() => (isOver = true));
  await reached(moment, run, () => isOver);
  await sleep(delayMs);
  const first = kinds[blow.targets[0] ?? "runner"];
  let hit = 0;
  while (!isOver && hit === 0) {
    const seen = census.processes();
    if (seen.some(({ command }) => first.test(command))) hit = strike(blow, seen);
    else await sleep(2);
  }
  if (blow.hangs) {
    // Its run waits for an answer; whoever is tired of that calls `down`.
    const down = await project.shakedown(["down"]);
    expect(down.code, `${what}\n${down.out}${down.err}`).toBe(0);
  }
  const { code, out, err } = await within(run, census, what);
  if (hit === 0) expect(code, `${what}\n${out}${err}`).toBe(0);
  if (blow.nobodyIsLeft === true && hit > 0)
    expect(await project.shakedown(["status"])).toMatchObject({ code: 0 });
  await until(async () => (await census.leftovers()).length === 0, {
    what: `nothing to stay: ${what}`,
    timeoutMs: 3000,
    everyMs: 20,
  }).catch(async (error: unknown) => {
    const left = (await census.leftovers()).join("\n");
    throw new Error(`${what} (${hit} hit) left:\n${left}\n${out}${err}`, { cause: error });
  });
  return hit;
}

/** Starts are hit from the first moment on; tests and resets while they run; stops from the end of the last test on. */
async function reached(moment: Moment, run: Running, isOver: () => boolean): Promise<void> {
  if (moment === "start") return;
  const text = moment === "tests" ? "first test" : "last test";
  await Promise.race([run.sees(text), until(isOver, { timeoutMs: 60_000, everyMs: 5 })]);
}

/** What a run waits for at the longest is a supervisor that hangs. */
const runLimitMs = 40_000;

async function within(run: Running, census: Census, what: string): Promise<Ended> {
  const late = new AbortController();
  const over = sleep(runLimitMs, "late" as const, { signal: late.signal, ref: false });
  const first = await Promise.race([run.ended, over.catch(() => "late" as const)]);
  late.abort();
  if (first !== "late") return first;
  const there = census.processes().map(({ identity, command }) => `${identity.pid} ${command}`);
  run.child.kill("SIGKILL");
  const { out, err } = await run.ended;
  throw new Error(`the run did not end: ${what}\n${there.join("\n")}\n${out}${err}`);
}

async function runsRight(project: CliProject, what: string): Promise<void> {
  const { code, out, err } = await project.shakedown(["run"]);
  expect(code, `${what}\n${out}${err}`).toBe(0);
}

/** Mulberry32: small, and the same everywhere. */
function randomNumbers(from: number): () => number {
  let state = from;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}
