import { expect, test } from "vitest";
import type { LogSlice } from "../../src/events/run-event.ts";
import { diagnoseFailure } from "../../src/runner/diagnose-failure.ts";

const listeners = () =>
  Promise.resolve([
    { service: "web", url: "http://127.0.0.1:5000" },
    { service: "db", url: "postgres://app@127.0.0.1:41234/app_test" },
  ]);

const endedEpochMs = Date.parse("2026-11-21T09:00:00.200Z");

const of = (
  error: { readonly message: string; readonly stack?: string; readonly diff?: string },
  logs: readonly LogSlice[] = [],
) => diagnoseFailure({ errors: [error], logs, endedEpochMs, listeners });

const log = (line: string, more: Partial<LogSlice> = {}): LogSlice => ({
  service: "api",
  slot: 0,
  shared: false,
  lines: [`2026-11-21T09:00:00.123Z err ${line}`],
  ...more,
});

test("a port where a service usually listens is told with where the stack's own one does", async () => {
  expect(await of({ message: "connect ECONNREFUSED 127.0.0.1:5432" })).toEqual({
    kind: "connection-refused",
    says: "nothing listens on port 5432",
    remedy: expect.stringContaining("db of the stack listens on 127.0.0.1:41234") as unknown,
  });
  const other = await of({ message: "connect ECONNREFUSED 127.0.0.1:6379" });
  expect(other?.remedy).not.toContain("41234");
});

test("of several addresses tried, the name of the error says it", async () => {
  const error = { message: "", stack: "AggregateError [ECONNREFUSED]: \n    at internal" };
  expect(await of(error)).toMatchObject({ kind: "connection-refused" });
});

test("what a test expected and got may be about such words", async () => {
  expect(
    await of({ message: "expected 'deadlock detected' to be 'x'", diff: "- deadlock detected" }),
  ).toBeUndefined();
});

test("a log counts where its lines are of this test alone, and of a service that it used", async () => {
  const failed = { message: "expected 500 to be 200", diff: "-" };
  const line = 'relation "users" does not exist';
  expect(await of(failed, [log(line)])).toMatchObject({
    kind: "schema-missing",
    says: "the table users has not been made (in the log of api)",
  });
  expect(await of(failed, [log(line, { shared: true })])).toBeUndefined();
  expect(await of(failed, [log(line, { used: false })])).toBeUndefined();
  const late = [`2026-11-21T09:00:00.201Z err ${line}`];
  expect(await of(failed, [log(line, { lines: late })])).toBeUndefined();
  expect(await of(failed, [log("permission denied for table users")])).toBeUndefined();
});

test("without the session, the remedy for all cases is told", async () => {
  const gone = () => Promise.reject(new Error("the session is over"));
  const errors = [{ message: "connect ECONNREFUSED ::1:5432" }];
  expect(await diagnoseFailure({ errors, logs: [], endedEpochMs, listeners: gone })).toMatchObject({
    remedy: expect.stringContaining("shakedown status") as unknown,
  });
});
