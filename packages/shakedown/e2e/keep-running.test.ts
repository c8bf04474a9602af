import { chmod, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { until } from "../src/kit/until.ts";
import {
  type CliProject,
  makeCliProject,
  nothingStays,
  testFile,
  webServer,
  webStack,
} from "./cli-project.ts";

const files = {
  "server.mjs": webServer,
  "shakedown.stack.ts": webStack,
  "vitest.config.ts": `
    import { shakedown } from "shakedown/vitest-plugin";
    export default { plugins: [shakedown()] };
  `,
  "web.test.ts": testFile(`
    test("asks", async ({ clock, api, expect }) => {
      writeFileSync("clock-url", clock.url);
      expect((await api.get("/x")).status).toBe(200);
    });
  `),
};

interface Facts {
  readonly running: boolean;
  readonly keep: boolean;
  readonly idleMs?: number;
  readonly idleStopsAtEpochMs?: number;
  readonly owner?: string;
  readonly reuse?: { readonly outcome: string; readonly reasons: readonly { text: string }[] };
  readonly services: readonly { name: string; url?: string; memoryBytes?: number }[];
}

async function statusOf(project: CliProject): Promise<Facts> {
  return JSON.parse((await project.shakedown(["status", "--json"])).out) as Facts;
}

async function clockUrl(project: CliProject): Promise<string> {
  return await readFile(join(project.folder, "clock-url"), "utf8");
}

describe("services that are kept", () => {
  test("are used by runs, and told with owner, memory and the time of their end", async () => {
    await using project = await makeCliProject(files);
    await project.shakedown(["up", "--idle-minutes", "90"]);
    const { services, owner, idleMs, idleStopsAtEpochMs = 0 } = await statusOf(project);
    expect({ owner, idleMs }).toEqual({ owner: expect.any(String) as string, idleMs: 5_400_000 });
    expect(idleStopsAtEpochMs - Date.now()).toBeGreaterThan(5_000_000);
    const clock = services.find(({ name }) => name === "clock");
    expect(clock?.memoryBytes).toBeGreaterThan(1_000_000);
    const run = await project.shakedown(["run"]);
    expect(run).toMatchObject({ code: 0 });
    expect(run.out).toContain("was running");
    expect(await clockUrl(project)).toBe(clock?.url);
    expect(await statusOf(project)).toMatchObject({ running: true, keep: true, idleMs: 5_400_000 });
  });

  test("are not used on CI, unless told, and stay as they are", async () => {
    await using project = await makeCliProject(files);
    await project.shakedown(["up"]);
    const before = await statusOf(project);
    const url = before.services.find(({ name }) => name === "clock")?.url;
    const fresh = await project.shakedown(["run"], { env: { CI: "true" } });
    expect(fresh).toMatchObject({ code: 0 });
    expect(await clockUrl(project)).not.toBe(url);
    const after = await statusOf(project);
    expect(after.services).toHaveLength(2);
    expect(after.services.find(({ name }) => name === "clock")?.url).toBe(url);
    expect(await project.shakedown(["run", "--fresh"])).toMatchObject({ code: 0 });
    expect(await clockUrl(project)).not.toBe(url);
  });

  test("may be told by a variable, and by .env.test beside the stack", async () => {
    await using project = await makeCliProject({ ...files, ".env.test": "SHAKEDOWN_KEEP=1\n" });
    const run = await project.shakedown(["run"]);
    expect(run.out).toContain("The services stay. Stop them with: shakedown down");
    expect(await statusOf(project)).toMatchObject({ running: true, keep: true });
    await project.shakedown(["down"]);
    await project.shakedown(["run"], { env: { SHAKEDOWN_KEEP: "0" } });
    expect(await statusOf(project)).toMatchObject({ running: false });
  });

  test("stop when nobody came for as long as was said", async () => {
    await using project = await makeCliProject(files);
    await project.shakedown(["up", "--idle-minutes", "0.03"]);
    await until(async () => !(await statusOf(project)).running, {
      what: "the services to stop",
      timeoutMs: 15_000,
      everyMs: 200,
    });
    await nothingStays(project);
    const why = await project.shakedown(["status", "--why"]);
    expect(why.out).toContain("The services before were stopped because nobody used them");
  });
});

describe("what runs is not used again", () => {
  test("when a file of a process changed, and the reason is told once and on demand", async () => {
    await using project = await makeCliProject(files);
    await project.shakedown(["up"]);
    const first = await statusOf(project);
    await project.write({ "server.mjs": `${webServer}\n// another line\n` });
    const run = await project.shakedown(["run"]);
    expect(run.out).toContain("services start anew: clock: file server.mjs changed, and 1 more");
    const second = await statusOf(project);
    expect(second).toMatchObject({
      keep: true,
      reuse: {
        outcome: "anew",
        reasons: [
          { service: "clock", text: "file server.mjs changed" },
          { service: "api", text: "file server.mjs changed" },
        ],
      },
    });
    expect(second.services[0]?.url).not.toBe(first.services[0]?.url);
    const why = await project.shakedown(["status", "--why"]);
    expect(why.out).toContain(
      "What ran before was not used, because\n   clock: file server.mjs changed",
    );
    expect((await project.shakedown(["up"])).err).toBe("");
  });

  test("when a variable that decides changed, whose value is told unless it is a secret", async () => {
    await using project = await makeCliProject({
      ...files,
      "shakedown.stack.ts": webStack.replace(
        `run: ["node", "server.mjs"], ready }),`,
        `run: ["node", "server.mjs"], ready, env: { MODE: process.env.MODE ?? "a", API_TOKEN: process.env.API_TOKEN ?? "" } }),`,
      ),
    });
    await project.shakedown(["up"], { env: { API_TOKEN: "first-token" } });
    const up = await project.shakedown(["up"], { env: { MODE: "b", API_TOKEN: "other-token" } });
    expect(up.err).toContain('services start anew: clock: env.MODE changed from "a" to "b"');
    const why = await project.shakedown(["status", "--why"]);
    expect(why.out).toContain("clock: env.API_TOKEN changed\n");
    const record = await readFile(
      join(project.folder, ".shakedown/stacks/shakedown/reuse.json"),
      "utf8",
    );
    expect(record).not.toContain("-token");
  });

  test("when a program was upgraded in its place", async () => {
    await using project = await makeCliProject({
      ...files,
      "shakedown.stack.ts": webStack.replaceAll(`run: ["node",`, `run: ["runtime",`),
    });
    const env = { PATH: `${join(project.folder, "bin")}:${process.env["PATH"] ?? ""}` };
    const put = async (text: string): Promise<void> => {
      await project.write({
        "bin/runtime": `#!/bin/sh\n${text}\nexec "${process.execPath}" "$@"\n`,
      });
      await chmod(join(project.folder, "bin/runtime"), 0o755);
    };
    await put("# 1");
    await project.shakedown(["up"], { env });
    expect((await project.shakedown(["up"], { env })).err).toBe("");
    await put("# 2.0");
    const up = await project.shakedown(["up"], { env });
    expect(up.err).toMatch(/services start anew: clock: program .+\/bin\/runtime changed/);
  });

  test("but a test that was written anew changes nothing", async () => {
    await using project = await makeCliProject(files);
    await project.shakedown(["up"]);
    await project.write({ "web.test.ts": `${files["web.test.ts"]}\n` });
    expect((await project.shakedown(["run"])).out).toContain("was running");
  });
});
