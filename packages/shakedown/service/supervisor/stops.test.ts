import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import type { ServiceEvent } from "../../src/events/run-event.ts";
import { makeTempFolder } from "../../src/fixtures/temp-folder.ts";
import { until } from "../../src/kit/until.ts";
import type { StackPlan } from "../../src/stack/plan.ts";
import { findSupervisor, openSession } from "../../src/supervisor/client.ts";
import { placesOf } from "../../src/supervisor/places.ts";
import { nothingIsLeft } from "./census.ts";
import { holdElsewhere, pidsOf, runs } from "./held-elsewhere.ts";
import { stackOf } from "./stack-of.ts";

const environment = process.env as Record<string, string>;

async function stopsOf(plan: StackPlan, services: readonly string[]): Promise<ServiceEvent[]> {
  const events: ServiceEvent[] = [];
  await using session = await openSession({
    plan,
    purpose: "run",
    environment,
    onEvent: (event) => events.push(event),
  });
  await session.borrow({ wish: 0, services });
  await session[Symbol.asyncDispose]();
  return events.filter(({ type }) => type === "service:stopped");
}

test("the last holder of a session hears of every stop, in the order of dependencies", async () => {
  await using plan = await stackOf({ one: {}, two: { needs: ["one"] }, three: { needs: ["two"] } });
  const stops = await stopsOf(plan, ["three"]);
  expect(stops.map((event) => "service" in event && event.service)).toEqual([
    "three",
    "two",
    "one",
  ]);
  await nothingIsLeft(plan.file);
});

test("every failure to stop is told, none hides another, and all is gone all the same", async () => {
  await using folder = await makeTempFolder();
  const journal = folder.join("journal");
  await using plan = await stackOf({
    one: { options: { journal } },
    bad: { needs: ["one"], options: { failStop: "bad will not go" } },
    worse: { needs: ["bad"], options: { failStop: "worse will not go" } },
  });
  const stops = await stopsOf(plan, ["worse"]);
  expect(stops).toMatchObject([
    { service: "worse", error: { message: "worse will not go" } },
    { service: "bad", error: { message: "bad will not go" } },
    { service: "one", tookMs: expect.any(Number) },
  ]);
  expect(await readFile(journal, "utf8")).toContain("stopped one");
  expect(await readFile(placesOf(plan.file).supervisorLog, "utf8")).toContain("worse will not go");
  await nothingIsLeft(plan.file);
});

test("a service that does not stop is ended by force when its budget is spent", async () => {
  await using plan = await stackOf({
    slow: { options: { stopMs: 60_000, perSlot: false }, stopTimeoutMs: 200 },
  });
  const stops = await stopsOf(plan, ["slow"]);
  expect(stops).toMatchObject([
    {
      service: "slow",
      error: { code: "STOP_TIMEOUT", message: "slow did not stop within 200 ms" },
    },
  ]);
  await nothingIsLeft(plan.file);
});

test("nothing starts again in a stack that is being stopped", async () => {
  await using plan = await stackOf({ one: { options: { stopMs: 300 } } });
  const session = await openSession({ plan, purpose: "run", environment });
  await session.borrow({ wish: 0, services: ["one"] });
  const closing = session[Symbol.asyncDispose]();
  await until(async () => (await session.status()).services[0]?.state === "stopping", {
    everyMs: 1,
  });
  const late = await Promise.allSettled([
    session.borrow({ wish: 0, services: ["one"] }),
    session.borrow({ wish: 1, services: ["one"] }),
  ]);
  expect(
    late.map((result) => (result.status === "rejected" ? result.reason.code : "lent")),
  ).toEqual(["SESSION_ENDED", "SESSION_ENDED"]);
  await closing;
  await nothingIsLeft(plan.file);
});

test("data that was set aside stays known when the slot cannot be filled anew", async () => {
  await using plan = await stackOf({ one: { options: { failLeaseAfter: 2 } } });
  await using session = await openSession({ plan, purpose: "run", environment });
  const lease = await session.borrow({ wish: 0, services: ["one"] });
  const request = { service: "one", reason: "its test failed", keep: true, services: ["one"] };
  await expect(session.retire(0, request)).rejects.toMatchObject({ message: "no more shares" });
  expect(pidsOf(lease).every(runs)).toBe(true);
  await session[Symbol.asyncDispose]();
  expect(pidsOf(lease).some(runs)).toBe(false);
});

test("a service that died is not started again where the stack says never", async () => {
  await using plan = await stackOf({ one: { restart: "never" } });
  await using session = await openSession({ plan, purpose: "run", environment });
  const lease = await session.borrow({ wish: 0, services: ["one"] });
  process.kill(pidsOf(lease)[0] ?? 0, "SIGKILL");
  const { changes } = await session.changes(0, lease.changes.bytes);
  expect(changes).toMatchObject([
    { service: "one", slot: 0, how: "exited with SIGKILL", logTail: ["last words"] },
  ]);
  await expect(session.borrow({ wish: 0, services: ["one"] })).rejects.toMatchObject({
    code: "SERVICE_DIED",
    message: "one of slot 0 exited with SIGKILL while it was needed",
  });
});

test("the slot of a killed worker is given on with fresh shares; one at rest as it is", async () => {
  await using plan = await stackOf({ one: {} });
  await using keeper = await openSession({ plan, purpose: "up", environment });
  await keeper.start();
  const first = await holdElsewhere(plan, "one");
  first.child.kill("SIGKILL");
  await until(async () => (await keeper.status()).sessions.length === 1, { timeoutMs: 5000 });
  await using second = await openSession({ plan, purpose: "run", environment });
  const fresh = await second.borrow({ wish: 0, services: ["one"] });
  expect(pidsOf(fresh)).not.toEqual(pidsOf(first.lease));
  await until(() => !pidsOf(first.lease).some(runs), { what: "the old share to go" });
  await second.rest(0);
  await second[Symbol.asyncDispose]();
  // This process held it and lives on: it could still write.
  await using third = await openSession({ plan, purpose: "run", environment });
  expect(pidsOf(await third.borrow({ wish: 0, services: ["one"] }))).not.toEqual(pidsOf(fresh));
  await (await findSupervisor(plan.file, environment))?.stop();
});
