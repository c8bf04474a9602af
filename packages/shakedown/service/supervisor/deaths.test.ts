import { expect, test } from "vitest";
import { until } from "../../src/kit/until.ts";
import { identityOf } from "../../src/process/identity.ts";
import { findSupervisor, openSession } from "../../src/supervisor/client.ts";
import { startingUnder } from "../../src/supervisor/client-lock.ts";
import { endSupervisor } from "../../src/supervisor/end-supervisor.ts";
import { addressOf } from "../../src/supervisor/ensure-supervisor.ts";
import { nothingIsLeft } from "./census.ts";
import { holdElsewhere, pidsOf, runs, watcherOf } from "./held-elsewhere.ts";
import { stackOf } from "./stack-of.ts";

const environment = process.env as Record<string, string>;
const by = "a test";

function kill(pid: number, signal: NodeJS.Signals = "SIGKILL"): void {
  process.kill(pid, signal);
}

test("a supervisor that hangs is ended by its record, with its services and data, and that is said", async () => {
  await using plan = await stackOf({ one: {} });
  const { child, supervisorPid, lease } = await holdElsewhere(plan, "one");
  kill(supervisorPid, "SIGSTOP");
  const ended = await endSupervisor(plan.file, environment, { by, silenceMs: 200 });
  expect(ended).toEqual({
    pid: supervisorPid,
    forced: "the supervisor is there, but did not answer / within 200 ms",
    swept: 0,
  });
  expect(pidsOf(lease).some(runs)).toBe(false);
  await nothingIsLeft(plan.file);
  kill(child.pid ?? 0);
});

test("a supervisor that begins to hang while it stops is ended, too", async () => {
  await using plan = await stackOf({ one: { options: { stopMs: 60_000 }, stopTimeoutMs: 60_000 } });
  const { child, supervisorPid } = await holdElsewhere(plan, "one");
  const ending = endSupervisor(plan.file, environment, { by, silenceMs: 300 });
  await until(async () => (await findSupervisor(plan.file, environment))?.info);
  kill(supervisorPid, "SIGSTOP");
  expect((await ending)?.forced).toMatch("did not answer");
  await nothingIsLeft(plan.file);
  kill(child.pid ?? 0);
});

test("after its watcher and then the supervisor were killed, the next command of any kind tidies up", async () => {
  // As redis-server does: a title over its environment, where our mark was.
  const titled = { shell: "exec env -i /bin/sleep 1000" };
  await using plan = await stackOf({ one: { options: titled }, two: { needs: ["one"] } });
  const { child, supervisorPid, lease } = await holdElsewhere(plan, "two");
  const watcher = watcherOf(supervisorPid);
  kill(supervisorPid, "SIGSTOP"); // or it would start another watcher
  kill(watcher);
  kill(supervisorPid);
  kill(child.pid ?? 0);
  await until(() => !runs(supervisorPid), { what: "it to be gone" });
  expect(pidsOf(lease).every(runs)).toBe(true);
  expect(await findSupervisor(plan.file, environment)).toBeUndefined();
  expect(pidsOf(lease).some(runs)).toBe(false);
  await nothingIsLeft(plan.file);
});

test("what a power cut left of one stack is swept by a command for another", async () => {
  await using plan = await stackOf({ one: {} });
  await using other = await stackOf({ one: {} });
  const { child, supervisorPid, lease } = await holdElsewhere(plan, "one");
  const watcher = watcherOf(supervisorPid);
  kill(supervisorPid, "SIGSTOP");
  for (const pid of [watcher, ...pidsOf(lease), supervisorPid, child.pid ?? 0]) kill(pid);
  await until(() => !runs(supervisorPid), { what: "it to be gone" });
  // Another command on this machine may have been faster.
  expect((await endSupervisor(other.file, environment, { by }))?.pid).toBeUndefined();
  await nothingIsLeft(plan.file);
});

for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
  test(`${signal} has the supervisor stop everything in order`, async () => {
    await using plan = await stackOf({ one: {} });
    await using session = await openSession({ plan, purpose: "run", environment });
    const lease = await session.borrow({ wish: 0, services: ["one"] });
    kill((await session.status()).pid, signal);
    expect(await session.ended).toBe(`it got ${signal}`);
    await nothingIsLeft(plan.file);
    expect(pidsOf(lease).some(runs)).toBe(false);
  });
}

test("a second signal ends it at once, and its leash ends the rest", async () => {
  await using plan = await stackOf({ one: { options: { stopMs: 60_000 }, stopTimeoutMs: 60_000 } });
  const { child, supervisorPid, lease } = await holdElsewhere(plan, "one");
  kill(supervisorPid, "SIGTERM");
  await until(async () => (await findSupervisor(plan.file, environment))?.info, {});
  await until(
    () => {
      if (runs(supervisorPid)) kill(supervisorPid, "SIGTERM");
      return !runs(supervisorPid);
    },
    { what: "it to be gone", timeoutMs: 3000, everyMs: 100 },
  );
  await nothingIsLeft(plan.file);
  expect(pidsOf(lease).some(runs)).toBe(false);
  kill(child.pid ?? 0);
});

test("an exception that nobody catches ends the supervisor in order, and the run hears of it", async () => {
  await using plan = await stackOf({ one: { options: { throwLater: "a bug of ours" } } });
  await using session = await openSession({ plan, purpose: "run", environment });
  const lease = await session.borrow({ wish: 0, services: ["one"] });
  expect(await session.ended).toBe("it failed: a bug of ours");
  await nothingIsLeft(plan.file);
  expect(pidsOf(lease).some(runs)).toBe(false);
});

test("a supervisor killed while services start leaves nothing", async () => {
  await using plan = await stackOf({ one: {}, slow: { options: { startMs: 60_000 } } });
  const opening = await openSession({ plan, purpose: "run", environment });
  const starting = opening.start().catch((error: unknown) => error);
  await until(async () =>
    (await opening.status()).services.find(
      ({ name, state }) => name === "one" && state === "ready",
    ),
  );
  kill((await opening.status()).pid);
  await nothingIsLeft(plan.file);
  expect(await starting).toMatchObject({ code: "SESSION_ENDED" });
  await opening[Symbol.asyncDispose]();
});

test("a supervisor killed while services stop leaves nothing", async () => {
  await using plan = await stackOf({ one: { options: { stopMs: 60_000 }, stopTimeoutMs: 60_000 } });
  const session = await openSession({ plan, purpose: "run", environment });
  const lease = await session.borrow({ wish: 0, services: ["one"] });
  const { pid } = await session.status();
  const closing = session[Symbol.asyncDispose]();
  const control = await findSupervisor(plan.file, environment);
  await until(async () => (await control?.status())?.services[0]?.state === "stopping");
  kill(pid);
  await closing;
  await nothingIsLeft(plan.file);
  expect(pidsOf(lease).some(runs)).toBe(false);
});

test("runner and supervisor killed together leave nothing", async () => {
  await using plan = await stackOf({ one: {}, two: { needs: ["one"] } });
  const { child, supervisorPid, lease } = await holdElsewhere(plan, "two");
  kill(child.pid ?? 0);
  kill(supervisorPid);
  await nothingIsLeft(plan.file);
  expect(pidsOf(lease).some(runs)).toBe(false);
});

test("a grandchild in a session of its own goes with the supervisor", async () => {
  await using plan = await stackOf({
    one: { options: { shell: "setsid sleep 1000 & echo grandchild $!; wait" } },
  });
  const { child, supervisorPid } = await holdElsewhere(plan, "one");
  const control = await findSupervisor(plan.file, environment);
  const grandchild = await until(async () => {
    const lines = (await control?.logs({ service: "one" }))?.flatMap((log) => log.lines) ?? [];
    return Number(/grandchild (\d+)/.exec(lines.join("\n"))?.[1]) || undefined;
  });
  expect(identityOf(grandchild)).toBeDefined();
  kill(supervisorPid);
  await until(() => !runs(grandchild), { what: "the grandchild to go", timeoutMs: 3000 });
  await nothingIsLeft(plan.file);
  kill(child.pid ?? 0);
});

test("a supervisor that hangs before it listens is ended, and whoever started it is told", async () => {
  await using plan = await stackOf({ one: {} });
  const opening = openSession({ plan, purpose: "run", environment }).catch(
    (error: unknown) => error,
  );
  const { socket } = await addressOf(plan.file, environment);
  const starting = await until(() => startingUnder(`${socket}.lock`), { everyMs: 1 });
  kill(starting.pid, "SIGSTOP");
  const ended = await endSupervisor(plan.file, environment, { by, silenceMs: 200 });
  expect(ended).toMatchObject({ pid: starting.pid, forced: expect.stringContaining("did not") });
  expect(await opening).toMatchObject({ code: "SUPERVISOR_UNREACHABLE" });
  await nothingIsLeft(plan.file);
});
