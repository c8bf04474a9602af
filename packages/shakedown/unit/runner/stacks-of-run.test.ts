import { expect, test } from "vitest";
import type { RunEvent } from "../../src/events/run-event.ts";
import { runListener } from "../../src/fixtures/run-listener.ts";
import { stacksOfRun } from "../../src/runner/stacks-of-run.ts";

const session = (name: string) => ({
  logs: async () => [{ service: name, lines: ["a line"] }],
  secrets: async () => [`secret of ${name}`],
  status: () => Promise.reject(new Error("nobody asked for it")),
});

test("services of another stack stand with its name before theirs, in events and logs", async () => {
  const said: RunEvent[] = [];
  using stacks = stacksOfRun({
    stackFile: "/app/shakedown.stack.ts",
    session: session("db"),
    cwd: "/app",
    say: (event) => void said.push(event),
  });
  const listener = runListener();
  listener?.opened("/app/billing.stack.ts", session("ledger") as never);
  listener?.event("/app/billing.stack.ts", {
    type: "service:starting",
    service: "api",
    waitedFor: ["db"],
    atEpochMs: 1,
  });
  listener?.event("/app/billing.stack.ts", {
    type: "slot:leased",
    slot: 0,
    generation: 0,
    tookMs: 1,
    atEpochMs: 2,
  });
  listener?.event("/app/billing.stack.ts", {
    type: "slot:retired",
    slot: 0,
    service: "db",
    reason: '"a.test.ts > adds a row" failed',
    kept: { service: "db", connect: "psql" },
    atEpochMs: 3,
  });
  const command = "npx shakedown connect --stack billing.stack.ts db 'a.test.ts > adds a row'";
  expect(said).toMatchObject([
    { service: "billing/api", waitedFor: ["billing/db"] },
    { type: "slot:leased", stack: "billing", slot: 0 },
    { stack: "billing", service: "billing/db", kept: { service: "billing/db", command } },
  ]);
  expect(stacks.nameOf("/app/shakedown.stack.ts", "db")).toBe("db");
  expect(stacks.nameOf("/other/shakedown.stack.ts", "db")).toBe("other/db");
  expect(await stacks.logs("/app/billing.stack.ts", {})).toMatchObject([{ service: "ledger" }]);
  expect(await stacks.logs(undefined, {})).toMatchObject([{ service: "db" }]);
  expect(await stacks.secrets()).toEqual(["secret of db", "secret of ledger"]);
});

test("nobody listens once the run is over", () => {
  stacksOfRun({ stackFile: "/a", session: session("db"), cwd: "/", say: () => {} })[
    Symbol.dispose
  ]();
  expect(runListener()).toBeUndefined();
});
