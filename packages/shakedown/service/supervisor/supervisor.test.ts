import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import type { ServiceEvent } from "../../src/events/run-event.ts";
import { makeTempFolder } from "../../src/fixtures/temp-folder.ts";
import { until } from "../../src/kit/until.ts";
import { findSupervisor, openSession } from "../../src/supervisor/client.ts";
import { addressOf } from "../../src/supervisor/ensure-supervisor.ts";
import type { StackPlan } from "../../src/stack/plan.ts";
import { holdElsewhere, pidsOf, runs } from "./held-elsewhere.ts";
import { stackOf } from "./stack-of.ts";

const environment = process.env as Record<string, string>;

async function untilStopped(plan: StackPlan): Promise<void> {
  await until(async () => (await findSupervisor(plan.file, environment)) === undefined, {
    what: "the supervisor to end",
    timeoutMs: 10_000,
  });
}

test("of many clients that come at once, one starts the supervisor and all use it", async () => {
  await using plan = await stackOf({ one: {} });
  const held = await Promise.all(Array.from({ length: 8 }, () => holdElsewhere(plan, "one")));
  expect(new Set(held.map(({ supervisorPid }) => supervisorPid)).size).toBe(1);
  expect(new Set(held.map(({ lease }) => lease.slot)).size).toBe(8);
  for (const { child } of held) child.stdin?.end();
  await untilStopped(plan);
  await until(() => held.every(({ lease }) => pidsOf(lease).every((pid) => !runs(pid))), {
    what: "all services to be gone",
  });
});

test("a holder that is killed leaves no supervisor and no service", async () => {
  await using plan = await stackOf({ one: {}, two: { needs: ["one"] } });
  const { child, lease, supervisorPid } = await holdElsewhere(plan, "two");
  expect(pidsOf(lease).filter(runs)).toHaveLength(2);
  child.kill("SIGKILL");
  await until(() => !runs(supervisorPid) && pidsOf(lease).every((pid) => !runs(pid)), {
    what: "everything to be gone",
    timeoutMs: 10_000,
  });
});

test("a supervisor that is killed leaves no service, and the next client starts another", async () => {
  await using plan = await stackOf({ one: {}, two: { needs: ["one"] } });
  const first = await holdElsewhere(plan, "two");
  process.kill(first.supervisorPid, "SIGKILL");
  await until(() => pidsOf(first.lease).every((pid) => !runs(pid)), {
    what: "the services to be gone",
    timeoutMs: 3000,
  });
  await using second = await openSession({ plan, purpose: "run", environment });
  expect((await second.status()).pid).not.toBe(first.supervisorPid);
  first.child.kill("SIGKILL");
});

test("a worker keeps its slot over its session, and a second session gets another", async () => {
  await using plan = await stackOf({ one: {} });
  await using session = await openSession({ plan, purpose: "run", environment });
  await using other = await openSession({ plan, purpose: "run", environment });
  const first = await session.borrow({ wish: 0, services: ["one"] });
  const again = await session.borrow({ wish: 0, services: ["one"] });
  const elsewhere = await other.borrow({ wish: 0, services: ["one"] });
  expect(again).toEqual(first);
  expect(elsewhere.slot).toBe(1);
  await session.giveBack(first.slot);
  expect((await other.borrow({ wish: 7, services: ["one"] })).slot).toBe(7);
  expect((await session.borrow({ wish: 0, services: ["one"] })).slot).toBe(0);
});

test("only what was asked for is started, with what it needs", async () => {
  await using plan = await stackOf({ one: {}, two: { needs: ["one"] }, three: {} });
  await using session = await openSession({ plan, purpose: "run", environment });
  await session.borrow({ wish: 0, services: ["two"] });
  const states = Object.fromEntries(
    (await session.status()).services.map(({ name, state }) => [name, state]),
  );
  expect(states).toEqual({ one: "ready", two: "ready", three: "idle" });
});

test("references of a slot's service are resolved with the same slot's outputs", async () => {
  await using plan = await stackOf({
    one: { options: { perSlot: false } },
    two: { needs: ["one"], options: { command: "sleep", seen: "${{one.url}}" } },
  });
  await using session = await openSession({ plan, purpose: "run", environment });
  const lease = await session.borrow({ wish: 0, services: ["two"] });
  expect(lease.services["one"]?.outputs["url"]).toBe("process://one");
});

test("a slot that later needs a service which writes to what it holds is filled anew", async () => {
  await using plan = await stackOf({
    db: { options: { baseline: true } },
    api: { needs: ["db"] },
    page: { needs: ["api"] },
  });
  await using session = await openSession({ plan, purpose: "run", environment });
  const alone = await session.borrow({ wish: 0, services: ["db"] });
  const both = await session.borrow({ wish: 0, services: ["api"] });
  expect(both.generation).toBe(alone.generation + 1);
  expect(await session.borrow({ wish: 0, services: ["db"] })).toMatchObject({
    generation: both.generation,
  });
  const through = await session.borrow({ wish: 0, services: ["page"] });
  expect(through.generation).toBe(both.generation + 1);
});

test("a slot that is filled anew has what it had before, so that files which take turns share it", async () => {
  await using plan = await stackOf({
    db: { options: { baseline: true } },
    api: { needs: ["db"] },
    strict: { needs: ["db"] },
    second: { needs: ["db"] },
  });
  await using session = await openSession({ plan, purpose: "run", environment });
  const generations: number[] = [];
  for (const other of ["strict", "second", "strict", "second"]) {
    const { generation, services } = await session.borrow({ wish: 0, services: ["api", other] });
    expect(Object.keys(services).toSorted()).toEqual(["api", "db", other].toSorted());
    generations.push(generation);
  }
  expect(generations).toEqual([0, 1, 1, 1]);
});

test("what a slot had before and cannot have again does not fail those who do not need it", async () => {
  await using plan = await stackOf({
    db: { options: { baseline: true } },
    once: { needs: ["db"], options: { failLeaseAfter: 2 } },
    api: { needs: ["db"] },
  });
  await using session = await openSession({ plan, purpose: "run", environment });
  await session.borrow({ wish: 0, services: ["once"] });
  const lease = await session.borrow({ wish: 0, services: ["api"] });
  expect(Object.keys(lease.services).toSorted()).toEqual(["api", "db"]);
});

test("a slot only gets more where nothing that it holds has a baseline to spoil", async () => {
  await using plan = await stackOf({
    db: { options: { baseline: true } },
    queue: {},
    worker: { needs: ["queue"] },
  });
  await using session = await openSession({ plan, purpose: "run", environment });
  const first = await session.borrow({ wish: 0, services: ["db", "queue"] });
  const second = await session.borrow({ wish: 0, services: ["db", "worker"] });
  expect(second.generation).toBe(first.generation);
  expect(second.services["queue"]).toEqual(
    (await session.borrow({ wish: 0, services: ["queue"] })).services["queue"],
  );
});

test("when one service does not start, all others are stopped and the error is that one's", async () => {
  await using plan = await stackOf({
    one: {},
    slow: { options: { startMs: 60_000 } },
    bad: { needs: ["one"], options: { failWith: "bad is broken" } },
  });
  const events: ServiceEvent[] = [];
  await using session = await openSession({
    plan,
    purpose: "run",
    environment,
    onEvent: (event) => events.push(event),
  });
  await expect(session.start()).rejects.toMatchObject({
    code: "START_FAILED",
    message: "bad is broken",
  });
  const states = (await session.status()).services.map(({ name, state }) => `${name} ${state}`);
  expect(states).not.toContain("one ready");
  expect(states).toContain("bad failed");
  expect(states).toContain("slow idle");
  const told = (type: string) =>
    events.flatMap((event) => (event.type === type && "service" in event ? [event.service] : []));
  expect(told("service:failed")).toEqual(["bad"]);
  expect(told("service:stopped").toSorted()).toEqual(["one", "slow"]);
});

test("a start that takes longer than the stack's limit is given up, and says who was late", async () => {
  await using plan = await stackOf(
    { quick: {}, slow: { options: { startMs: 60_000 } } },
    { startTimeoutMs: 300 },
  );
  await using session = await openSession({ plan, purpose: "run", environment });
  await expect(session.start()).rejects.toMatchObject({
    code: "START_TIMEOUT",
    message: "slow not ready within the stack's limit of 300 ms",
  });
});

test("a plan with problems is refused with all of them, before anything starts", async () => {
  await using plan = await stackOf({
    one: { options: { invalid: true } },
    two: { options: { invalid: true } },
  });
  const refused = openSession({ plan, purpose: "run", environment });
  await expect(refused).rejects.toMatchObject({
    code: "STACK_INVALID",
    message: expect.stringMatching(/services\.one\.invalid[^]*services\.two\.invalid/),
  });
});

test("a retired slot has fresh shares, and at most three sets of data are kept", async () => {
  await using plan = await stackOf({ one: {} });
  await using session = await openSession({ plan, purpose: "run", environment });
  const pids: number[] = pidsOf(await session.borrow({ wish: 0, services: ["one"] }));
  for (let round = 1; round <= 4; round += 1) {
    const { lease, kept } = await session.retire(0, {
      service: "one",
      reason: "its test failed",
      keep: true,
      services: ["one"],
    });
    expect(kept).toEqual([{ service: "one", connect: `look at process ${pids.at(-1)}` }]);
    expect(lease.generation).toBe(round);
    pids.push(...pidsOf(lease));
  }
  await until(() => !runs(pids[0] ?? 0), { what: "the oldest kept data to go" });
  expect(pids.slice(1).every(runs)).toBe(true);
});

test("the data of three tests is kept, however many services each of them had", async () => {
  await using plan = await stackOf({ one: {}, two: {} });
  await using session = await openSession({ plan, purpose: "run", environment });
  const services = ["one", "two"];
  await session.borrow({ wish: 0, services });
  for (const name of ["first", "second", "third", "fourth"])
    await session.retire(0, { service: "one", reason: `"${name}" failed`, keep: true, services });
  const { kept = [] } = await session.status();
  expect(kept.map(({ service, reason }) => `${service} ${reason}`).toSorted()).toEqual(
    ["fourth", "second", "third"]
      .flatMap((name) => [`one "${name}" failed`, `two "${name}" failed`])
      .toSorted(),
  );
});

test("a service that dies is reported, and the next borrower gets a running one", async () => {
  await using plan = await stackOf({ one: {} });
  const events: ServiceEvent[] = [];
  await using session = await openSession({
    plan,
    purpose: "run",
    environment,
    onEvent: (event) => events.push(event),
  });
  await session.borrow({ wish: 0, services: ["one"] });
  const log = (await session.logs({ service: "one" }))[0]?.lines[0] ?? "";
  process.kill(Number(/started (\d+)/.exec(log)?.[1]), "SIGKILL");
  await until(() => events.find((event) => event.type === "service:exited"), {
    what: "the death to be told",
  });
  const next = await session.borrow({ wish: 0, services: ["one"] });
  expect(pidsOf(next).every(runs)).toBe(true);
});

test("when the last session ends, services end before those that they need", async () => {
  await using folder = await makeTempFolder();
  const journal = folder.join("journal");
  await using plan = await stackOf({
    one: { options: { journal } },
    two: { needs: ["one"], options: { journal } },
  });
  {
    await using session = await openSession({ plan, purpose: "run", environment });
    await session.borrow({ wish: 0, services: ["two"] });
  }
  await untilStopped(plan);
  const lines = await until(async () => {
    const found = (await folder.read("journal")).trim().split("\n");
    return found.length === 4 && found;
  });
  expect(lines).toEqual(["released two", "released one", "stopped two", "stopped one"]);
});

test("a changed plan gets services of its own; the old ones end with their last session", async () => {
  await using plan = await stackOf({ one: {} });
  const changed: StackPlan = {
    ...plan,
    services: plan.services.map((service) => ({ ...service, options: { startMs: 1 } })),
  };
  const before = await openSession({ plan, purpose: "run", environment });
  const old = await before.borrow({ wish: 0, services: ["one"] });
  await using after = await openSession({ plan: changed, purpose: "run", environment });
  const fresh = await after.borrow({ wish: 0, services: ["one"] });
  expect(pidsOf(fresh)).not.toEqual(pidsOf(old));
  await before[Symbol.asyncDispose]();
  await until(() => pidsOf(old).every((pid) => !runs(pid)), { what: "the old services to go" });
  expect(pidsOf(fresh).every(runs)).toBe(true);
});

test("services whose files changed are not reused", async () => {
  await using plan = await stackOf({});
  const fingerprintFile = join(plan.root, "migrations");
  await using watched = await stackOf(
    { one: { options: { fingerprintFile } } },
    { root: plan.root },
  );
  await using first = await openSession({ plan: watched, purpose: "run", environment });
  const old = await first.borrow({ wish: 0, services: ["one"] });
  await mkdir(plan.root, { recursive: true });
  await writeFile(fingerprintFile, "");
  await using second = await openSession({ plan: watched, purpose: "run", environment });
  expect(pidsOf(await second.borrow({ wish: 0, services: ["one"] }))).not.toEqual(pidsOf(old));
});

test("`up` keeps the services until the supervisor is stopped", async () => {
  await using plan = await stackOf({ one: {} });
  {
    await using up = await openSession({ plan, purpose: "up", environment });
    await up.start();
  }
  const control = await findSupervisor(plan.file, environment);
  expect(await control?.status()).toMatchObject({
    keep: true,
    sessions: [],
    services: [{ name: "one", state: "ready" }],
  });
  await control?.stop();
  expect(await findSupervisor(plan.file, environment)).toBeUndefined();
});

test("state in the checkout ignores itself in git", async () => {
  await using plan = await stackOf({ one: {} });
  await using session = await openSession({ plan, purpose: "run", environment });
  await session.start();
  expect(existsSync(join(plan.root, ".shakedown", ".gitignore"))).toBe(true);
});

test("supervisors that are killed again and again do not take their successors' sockets along", async () => {
  await using plan = await stackOf({ one: {} });
  for (let round = 0; round < 5; round += 1) {
    const { child, supervisorPid } = await holdElsewhere(plan, "one");
    process.kill(supervisorPid, "SIGKILL");
    await using next = await openSession({ plan, purpose: "run", environment });
    const lease = await next.borrow({ wish: 0, services: ["one"] });
    await until(() => next.status().then(({ pid }) => pid !== supervisorPid), {
      what: "the successor to answer",
    });
    expect(pidsOf(lease).every(runs)).toBe(true);
    child.kill("SIGKILL");
  }
  await untilStopped(plan);
});

test("a service of the run is not restarted for one worker", async () => {
  await using plan = await stackOf({ one: { options: { perSlot: false } } });
  await using session = await openSession({ plan, purpose: "run", environment });
  await session.borrow({ wish: 0, services: ["one"] });
  await expect(session.restart("one")).rejects.toMatchObject({ code: "TEST_SETUP" });
});

test("a start that failed is not tried again in the same session, and is in the next", async () => {
  await using plan = await stackOf({ bad: { options: { failWith: "bad is broken" } } });
  const starts: ServiceEvent[] = [];
  const onEvent = (event: ServiceEvent) => {
    if (event.type === "service:starting") starts.push(event);
  };
  await using session = await openSession({ plan, purpose: "run", environment, onEvent });
  for (let file = 0; file < 3; file += 1) {
    await expect(session.borrow({ wish: 0, services: ["bad"] })).rejects.toMatchObject({
      message: "bad is broken",
    });
  }
  await using next = await openSession({ plan, purpose: "run", environment, onEvent });
  await expect(next.borrow({ wish: 0, services: ["bad"] })).rejects.toMatchObject({
    message: "bad is broken",
  });
  // The second session's start is told to both.
  await until(() => starts.length === 3, { what: "two starts, told three times" });
});

test("neither an end nor a kill leaves a socket, a name or a folder", async () => {
  await using plan = await stackOf({ one: {} });
  const { socket } = await addressOf(plan.file, environment);
  const folder = dirname(socket);
  {
    await using session = await openSession({ plan, purpose: "run", environment });
    await session.start();
    expect(existsSync(socket)).toBe(true);
  }
  await until(() => !existsSync(folder), { what: "the folder to go after the end" });
  const { supervisorPid, child } = await holdElsewhere(plan, "one");
  process.kill(supervisorPid, "SIGKILL");
  await until(() => !existsSync(folder), { what: "the folder to go after the kill" });
  child.kill("SIGKILL");
});
