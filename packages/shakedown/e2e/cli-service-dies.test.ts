import { describe, expect, test } from "vitest";
import { until } from "../src/kit/until.ts";
import {
  eventsOf,
  makeCliProject,
  normalised,
  nothingStays,
  testFile,
  webServer,
  webStack,
} from "./cli-project.ts";

const server = `${webServer}
server.prependListener("request", (request) => {
  if (request.url !== "/die") return;
  console.error("out of luck");
  process.exit(7);
});
`;

const files = {
  "server.mjs": server,
  "shakedown.stack.ts": webStack,
  "a.test.ts": testFile(`
test("needs it", async ({ api }) => void (await api.get("/first")));
test("meets its end", async ({ api }) => void (await api.get("/die")));
test("has the next one", async ({ api }) => void (await api.get("/after")));
`),
};

describe("a service that dies in mid-run", () => {
  test("is named by the tests that it hits, with its exit and last lines, and is there again for the next", async () => {
    await using project = await makeCliProject(files);
    const { code, out, err } = await project.shakedown(["run"]);
    expect(code).toBe(1);
    expect(err).toContain("api of slot 0 exited with code 7 while the test ran");
    expect(err).toContain("out of luck");
    expect(err.indexOf("exited with code 7 while")).toBeLessThan(err.indexOf("/die"));
    expect(out).toContain("2 passed, 1 failed");
    const events = await eventsOf(project);
    expect(events.filter(({ type }) => type === "service:exited")).toMatchObject([
      { service: "api", slot: 0, how: "exited with code 7" },
    ]);
    const test = events.find(
      (event) => event.type === "test:finished" && JSON.stringify(event).includes("meets its end"),
    );
    expect(test).toMatchObject({
      result: {
        errors: [{ message: expect.stringContaining("api of slot 0 exited with code 7") }, {}],
      },
    });
    await nothingStays(project);
  });

  test("with restart: never, the tests after it fail with the same error", async () => {
    await using project = await makeCliProject({
      ...files,
      "shakedown.stack.ts": webStack.replace("api: command({", 'api: command({ restart: "never",'),
    });
    const { code, out, err } = await project.shakedown(["run"]);
    expect(code).toBe(1);
    expect(out).toContain("1 passed, 2 failed");
    expect(err).toMatch(/has the next one[^]*api of slot 0 exited with code 7/);
    await nothingStays(project);
  });

  test("shared by the run: it and what needs it are there again, at their new addresses", async () => {
    await using project = await makeCliProject({
      ...files,
      "a.test.ts": testFile(`
test("needs it", async ({ api, clock }) => void (await api.get("/first")));
test("meets its end", async ({ clock }) => void (await clock.get("/die")));
test("has the next ones", async ({ api, clock }) => {
  await clock.get("/after");
  await api.get("/after");
});
`),
    });
    const { code, out, err } = await project.shakedown(["run"]);
    expect(err).toContain("clock exited with code 7 while the test ran");
    expect(out).toContain("2 passed, 1 failed");
    expect(code).toBe(1);
    await nothingStays(project);
  });
});

test("a run whose stack is stopped by `down` says so, in one statement", async () => {
  await using project = await makeCliProject({
    ...files,
    "a.test.ts": testFile(`
test("comes first", async ({ api }) => void (await api.get("/first")));
test("waits", { timeout: 60_000 }, async ({ api, expect }) => {
  await api.get("/waiting");
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    await api.get("/still-there");
  }
});`),
  });
  const run = project.start(["run"]);
  await until(async () => (await project.shakedown(["logs"])).out.includes("/still-there"), {
    what: "the test to run",
    timeoutMs: 30_000,
  });
  expect(await project.shakedown(["down"])).toMatchObject({ code: 0 });
  const { code, out } = await run.ended;
  expect(code).toBe(3);
  expect(normalised(out, project)).toContain(
    "the stack was stopped while its tests ran: it was stopped by `shakedown down` (pid <pid>)",
  );
  expect(out).not.toContain("INTERNAL");
  await nothingStays(project);
});

test("a service that will not stop is told, and changes no result", async () => {
  await using project = await makeCliProject({
    "server.mjs": `process.on("SIGTERM", () => {});${webServer}`,
    "shakedown.stack.ts": webStack.replace(
      "api: command({",
      "api: command({ stopGraceMs: 20_000, stopTimeoutMs: 300,",
    ),
    "a.test.ts": testFile(`test("passes", async ({ api }) => void (await api.get("/")));`),
  });
  const { code, out } = await project.shakedown(["run"]);
  expect(code).toBe(0);
  expect(out).toContain("api of slot 0 did not stop as it should: api did not stop within 300 ms");
  expect(await eventsOf(project)).toContainEqual(
    expect.objectContaining({
      type: "service:stopped",
      service: "api",
      slot: 0,
      error: expect.objectContaining({ code: "STOP_TIMEOUT" }),
    }),
  );
  await nothingStays(project);
});
