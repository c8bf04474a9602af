import { expect, test } from "vitest";
import type { RunEvent } from "../src/events/run-event.ts";
import { eventsOf, makeCliProject, nothingStays, testFile, webServer } from "./cli-project.ts";

const stackOf = (service: string): string => `
import { defineStack } from "shakedown";
import { command, logLine } from "shakedown/command";
export default defineStack({
  ${service}: command({ run: ["node", "server.mjs"], ready: logLine(/listening on (?<url>http:\\S+)/) }),
});
`;

type Of<Type extends RunEvent["type"]> = Extract<RunEvent, { type: Type }>;

test("a run records attempts, places, fixtures and the services of every stack that its tests use", async () => {
  await using project = await makeCliProject({
    "server.mjs": webServer,
    "shakedown.stack.ts": stackOf("api"),
    "billing.stack.ts": stackOf("ledger"),
    "a.test.ts": testFile(`
const withCamera = test.extend("camera", async ({ api }) => (await api.get("/camera")).status);
withCamera("is tried again", { retry: 1 }, async ({ camera, task, expect }) => {
  expect(task.result?.retryCount).toBe(camera - 199);
});`),
    "b.test.ts": testFile(
      `test("asks the ledger", async ({ ledger, expect }) => expect((await ledger.get("/entries")).status).toBe(404));`,
    ).replace("./shakedown.stack.ts", "./billing.stack.ts"),
  });
  const { code, out } = await project.shakedown(["run"]);
  expect(code).toBe(1);
  const events = (await eventsOf(project)) as unknown as RunEvent[];
  const of = <Type extends RunEvent["type"]>(type: Type): Of<Type>[] =>
    events.filter((event): event is Of<Type> => event.type === type);

  const started = of("run:started")[0];
  expect(started).toMatchObject({ root: project.folder });
  const [first, second] = ["is tried again", "asks the ledger"].map((name) =>
    of("test:finished").find((event) => event.test.name === name),
  );
  expect(
    of("test:started")
      .map((event) => event.test.id)
      .toSorted(),
  ).toEqual([first?.test.id, second?.test.id].toSorted());
  expect(first?.test.line).toBe(8);
  expect(first?.result).toMatchObject({ state: "passed", retries: 1, errors: [] });
  expect(first?.result.earlierErrors).toMatchObject([
    [{ message: expect.stringContaining("expected +0 to be 1") as string }],
  ]);
  expect(first?.result.earlierErrors?.[0]?.[0]?.codeFrame).toMatch(/> +9 \| {3}expect\(/);
  const fixtures = of("test:fixtures").find(({ testId }) => testId === first?.test.id)?.fixtures;
  expect(fixtures?.map(({ name }) => name)).toEqual(["api", "camera"]);

  expect(of("service:ready").map(({ service }) => service)).toContain("billing/ledger");
  expect(new Set(of("slot:leased").map(({ stack }) => stack))).toEqual(
    new Set([undefined, "billing"]),
  );
  for (const { startedEpochMs = 0, atEpochMs } of of("test:reset"))
    expect(startedEpochMs).toBeGreaterThan(atEpochMs - 60_000);
  const evidence = of("test:evidence").find(({ testId }) => testId === second?.test.id);
  expect(evidence?.logs).toMatchObject([
    { service: "billing/ledger", lines: [expect.stringContaining("asked for /entries")] },
  ]);
  expect(out).toMatch(/log of billing\/ledger \(slot 0\)\n {7}│ \S+ asked for \/entries/);
  await nothingStays(project);
});

test("run with a test's place runs that test", async () => {
  await using project = await makeCliProject({
    "server.mjs": webServer,
    "shakedown.stack.ts": stackOf("api"),
    "a.test.ts": testFile(`
test("first", async ({ api }) => void (await api.get("/first")));
test("second", async ({ api, expect }) => expect((await api.get("/second")).status).toBe(404));
`),
  });
  const { out } = await project.shakedown(["run"]);
  const again = /again: shakedown run (\S+)/.exec(out)?.[1] ?? "";
  expect(again).toBe("a.test.ts:8");
  const one = await project.shakedown(["run", again, "--no-report"]);
  expect(one.out).toMatch(/ 0 passed, 1 failed, 1 skipped \(/);
  expect(one.out).not.toContain("report:");
});
