import { expect, test } from "vitest";
import { findSupervisor, openSession } from "../../src/supervisor/client.ts";
import { stackOf } from "./stack-of.ts";

const environment = process.env as Record<string, string>;

test("a process that each slot has is restarted in each of them", async () => {
  await using plan = await stackOf({ one: {} });
  await using session = await openSession({ plan, purpose: "run", environment });
  const pidIn = async (wish: number) =>
    (await session.borrow({ wish, services: ["one"] })).services["one"]?.outputs["pid"];
  const before = [await pidIn(0), await pidIn(1)];
  const control = await findSupervisor(plan.file, environment);
  expect(await control?.act("one", "restart")).toEqual({
    services: ["one"],
    slots: [0, 1],
    data: "kept",
  });
  const after = [await pidIn(0), await pidIn(1)];
  expect(new Set([...before, ...after]).size).toBe(4);
});

test("a process of the run comes back fresh, with all that need it, and slots are filled anew", async () => {
  await using plan = await stackOf({
    db: { options: { perSlot: false } },
    api: { needs: ["db"], options: { perSlot: false } },
    other: { options: { perSlot: false } },
  });
  await using session = await openSession({ plan, purpose: "run", environment });
  const pids = async () => {
    const { services } = await session.borrow({ wish: 0, services: ["api", "other"] });
    return Object.fromEntries(
      Object.entries(services).map(([name, { outputs }]) => [name, outputs["pid"]]),
    );
  };
  const before = await pids();
  const control = await findSupervisor(plan.file, environment);
  expect(await control?.act("db", "restart")).toEqual({
    services: ["db", "api"],
    slots: [],
    data: "fresh",
  });
  const after = await pids();
  expect(after["db"]).not.toBe(before["db"]);
  expect(after["api"]).not.toBe(before["api"]);
  expect(after["other"]).toBe(before["other"]);
});

test("a service that was stopped by hand stays away until somebody needs it", async () => {
  await using plan = await stackOf({ db: { options: { perSlot: false } } });
  await using session = await openSession({ plan, purpose: "run", environment });
  await session.start();
  const control = await findSupervisor(plan.file, environment);
  const state = async () => (await session.status()).services[0]?.state;
  await control?.act("db", "stop");
  expect(await state()).toBe("idle");
  await control?.act("db", "start");
  expect(await state()).toBe("ready");
});

test("a service that the stack has not, and a word that is no action, are refused", async () => {
  await using plan = await stackOf({ db: {} });
  await using session = await openSession({ plan, purpose: "run", environment });
  await session.start();
  const control = await findSupervisor(plan.file, environment);
  await expect(control?.act("dbb", "restart")).rejects.toMatchObject({ code: "SERVICE_UNKNOWN" });
  await expect(control?.act("db", "pause" as "stop")).rejects.toMatchObject({
    code: "CONTROL_PROTOCOL",
  });
});
