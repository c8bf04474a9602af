import { spawn } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { until } from "../src/kit/until.ts";
import {
  type CliProject,
  eventsOf,
  makeCliProject,
  nothingStays,
  testFile,
  webServer,
  webStack,
} from "./cli-project.ts";
import { missingCommand, need } from "../service/need.ts";

const files = { "server.mjs": webServer, "shakedown.stack.ts": webStack };

/** It runs a command in a terminal of its own. */
const noScript = missingCommand(["script", "--version"]);

describe("run, interrupted", () => {
  const waiting = testFile(`
test("comes first", async ({ api }) => void (await api.get("/first")));
test("waits", { timeout: 60_000 }, async ({ api }) => {
  await api.get("/waiting");
  console.log("now waiting");
  await new Promise((resolve) => setTimeout(resolve, 50_000));
});`);
  const spinning = waiting.replace(
    "await new Promise((resolve) => setTimeout(resolve, 50_000));",
    "for (;;);",
  );

  test("once: it ends with 130, tells what it knows, and leaves nothing", async () => {
    await using project = await makeCliProject({ ...files, "a.test.ts": waiting });
    const { code, out } = await interrupt(project, { times: 1 });
    expect(code).toBe(130);
    expect(out).toMatch(/ 1 passed.*, interrupted \(/);
    await nothingStays(project);
    expect((await eventsOf(project)).at(-1)).toMatchObject({ type: "run:finished", exitCode: 130 });
    expect((await project.shakedown(["status"])).out).toContain("Nothing is running");
  });

  test("once, with a test that never gives way: it is given up", async () => {
    await using project = await makeCliProject({ ...files, "a.test.ts": spinning });
    expect(await interrupt(project, { times: 1 })).toMatchObject({ code: 130 });
    await nothingStays(project);
  });

  test("twice: it leaves at once, and still nothing stays", async () => {
    await using project = await makeCliProject({ ...files, "a.test.ts": spinning });
    expect(await interrupt(project, { times: 2 })).toMatchObject({ code: 130 });
    await nothingStays(project);
  });

  test("by Ctrl-C in a terminal, where the workers get the signal too", async () => {
    await using project = await makeCliProject({ ...files, "a.test.ts": waiting });
    const { code, out } = await interrupt(project, { times: 1, group: true });
    expect(code).toBe(130);
    // A worker that the signal kills takes along what it has not told yet.
    expect(out).toMatch(/ \d passed.*, interrupted \(/);
    expect(out).not.toContain("outside of all tests");
    await nothingStays(project);
  });

  test("by a closed terminal: nothing stays", async (context) => {
    need(context, noScript);
    await using project = await makeCliProject({ ...files, "a.test.ts": waiting });
    const cli = join(project.folder, "node_modules/shakedown/dist/cli/main.js");
    const command = `exec '${process.execPath}' '${cli}' run`;
    const terminal = spawn("script", ["-qec", command, "/dev/null"], {
      cwd: project.folder,
      stdio: ["ignore", "ignore", "ignore"],
    });
    await until(async () => (await project.shakedown(["logs"])).out.includes("/waiting"), {
      what: "the test to run",
      timeoutMs: 30_000,
    });
    terminal.kill("SIGKILL");
    await until(() => project.processes().length === 0, { what: "no process left" });
    expect(terminal.killed).toBe(true);
  });

  test("killed: nothing stays", async () => {
    await using project = await makeCliProject({ ...files, "a.test.ts": waiting });
    const run = project.start(["run"]);
    await run.sees("started in");
    await until(async () => (await project.shakedown(["logs"])).out.includes("/waiting"), {
      what: "the test to run",
      timeoutMs: 30_000,
    });
    run.child.kill("SIGKILL");
    expect((await run.ended).code).toBe(null);
    await until(() => project.processes().length === 0, {
      what: "no process left",
      timeoutMs: 15_000,
    });
  });
});

async function interrupt(
  project: CliProject,
  { times, group = false }: { readonly times: 1 | 2; readonly group?: boolean },
): ReturnType<CliProject["shakedown"]> {
  const run = project.start(["run"], { detached: group });
  await until(async () => (await project.shakedown(["logs"])).out.includes("/waiting"), {
    what: "the test to run",
    timeoutMs: 30_000,
  });
  const pid = run.child.pid ?? 0;
  process.kill(group ? -pid : pid, "SIGINT");
  if (times === 2) {
    await until(() => process.kill(pid, 0), { what: "the run to notice" });
    run.child.kill("SIGINT");
  }
  return run.ended;
}
