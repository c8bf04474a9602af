import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, rm, stat, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import type { CheckResult } from "../src/doctor/check.ts";
import { onlyWhere } from "../service/need.ts";
import { redisAvailable } from "../service/redis/redis-available.ts";
import {
  type CallOptions,
  type CliProject,
  makeCliProject,
  nothingStays,
  webServer,
  webStack,
} from "./cli-project.ts";

/** Where programs can be unpacked, and none is there already. */
const isBareDebian =
  existsSync("/etc/debian_version") &&
  !["/usr/bin/redis-server", "/usr/local/bin/redis-server"].some(existsSync);

const files = {
  "server.mjs": webServer,
  "shakedown.stack.ts": webStack,
  "vitest.config.ts": `import { shakedown } from "shakedown/vitest-plugin"; export default { plugins: [shakedown()] };`,
};

async function doctor(project: CliProject, options: CallOptions = {}, ...flags: string[]) {
  const { code, out, err } = await project.shakedown(["doctor", "--json", ...flags], options);
  const { ok, results } = JSON.parse(out) as { ok: boolean; results: readonly CheckResult[] };
  const named = (name: string): CheckResult | undefined =>
    results.find((each) => each.name === name);
  return { code, ok, err, results, named };
}

describe("shakedown doctor", () => {
  test("starts each service once and leaves nothing behind", async () => {
    await using project = await makeCliProject(files);
    const seen = await doctor(project);
    expect(seen).toMatchObject({ code: 0, ok: true, err: "" });
    expect(seen.named("stack file")?.seen).toBe(
      "shakedown.stack.ts: clock (command), api (command)",
    );
    expect(seen.named("clock: sample test")?.seen).toMatch(/^ready in .+, reset in .+/);
    expect(seen.named("api: native")?.seen).toContain("node server.mjs");
    expect(seen.results.filter(({ state }) => state === "failed")).toEqual([]);
    await nothingStays(project);

    const shown = await project.shakedown(["doctor", "--quick"]);
    expect(shown.code).toBe(0);
    expect(shown.out).toContain("✔ stack file");
    expect(shown.out).not.toContain("sample test");
    expect(shown.out).toMatch(/\d+ in order/);
  });

  test("fails with the reason and the remedy where a service does not start", async () => {
    await using project = await makeCliProject({
      ...files,
      "server.mjs": `import "nobody-has-this";`,
    });
    const seen = await doctor(project);
    expect(seen).toMatchObject({ code: 3, ok: false });
    expect(seen.named("clock: sample test")).toMatchObject({
      state: "failed",
      seen: expect.stringContaining("nobody-has-this is not installed") as string,
      remedy: expect.stringContaining("npm ci") as string,
    });
    await nothingStays(project);
  });

  test("tells of each place where a service could come from, below the one that was taken too", async () => {
    await redisAvailable();
    await using project = await makeCliProject({
      ...files,
      "shakedown.stack.ts": `
        import { defineStack } from "shakedown";
        import { redis } from "shakedown/redis";
        export default defineStack({ cache: redis({ image: "localhost/no-such-image:1" }) });`,
    });
    const none = { DOCKER_HOST: "unix:///nowhere/docker.sock" };
    const { code, out } = await project.shakedown(["doctor"], { env: none });
    expect(code).toBe(0);
    expect(out).toContain("· cache: external          no url given");
    expect(out).toMatch(/✔ cache: native +taken: (redis|valkey) \d/);
    expect(out).toMatch(/· cache: container +\S.*nowhere/);
    expect(out).toMatch(/✔ cache: sample test +ready in/);

    const forbidden = { ...none, SHAKEDOWN_FORBID: "native" };
    const failed = await project.shakedown(["doctor"], { env: forbidden });
    expect(failed.code).toBe(3);
    expect(failed.out).toContain("· cache: native            SHAKEDOWN_FORBID forbids it");
    expect(failed.out).toMatch(/· cache: container +\S.*nowhere/);
    expect(failed.out).toContain("✖ cache: sample test");
    await nothingStays(project);
  });

  test("names a stack file with mistakes, and goes on with the machine", async () => {
    await using project = await makeCliProject({
      ...files,
      "shakedown.stack.ts": webStack.replace('"node"', "no_such_name"),
    });
    const seen = await doctor(project);
    expect(seen.code).toBe(3);
    expect(seen.named("stack file")?.seen).toContain("no_such_name");
    expect(seen.named("Node.js")?.state).toBe("ok");
  });

  test("works without a stack file, where one is still to be written", async () => {
    await using project = await makeCliProject({});
    const seen = await doctor(project);
    expect(seen.code).toBe(0);
    expect(seen.named("stack file")?.state).toBe("skipped");
  });

  test("warns of an .env file that would lead a process elsewhere, without its value", async () => {
    await using project = await makeCliProject({
      ...files,
      ".env": "DATABASE_URL=postgres://me:hunter22@db.example.com/shop\nCOLOUR=blue\n",
      ".env.example": "REDIS_URL=redis://elsewhere\n",
    });
    const { out } = await project.shakedown(["doctor", "--quick"]);
    expect(out).toContain("says DATABASE_URL, which the stack does not");
    expect(out).toContain("env: ({ db }) => ({ DATABASE_URL: db.url })");
    expect(out).not.toMatch(/hunter22|COLOUR|REDIS_URL/);
  });

  test("fails under a limit of open files that is too low, and says how to raise it", async () => {
    await using project = await makeCliProject(files);
    const cli = join(project.folder, "node_modules", "shakedown", "bin", "shakedown.js");
    const child = spawn(
      "/bin/sh",
      ["-c", 'ulimit -n 300; exec "$@"', "-", process.execPath, cli, "doctor", "--quick"],
      { cwd: project.folder, stdio: ["ignore", "pipe", "inherit"] },
    );
    const [out, [code]] = await Promise.all([
      text(child.stdout),
      once(child, "exit") as Promise<[number]>,
    ]);
    expect(code).toBe(3);
    expect(out).toMatch(/✖ open files +at most 300/);
    expect(out).toContain("ulimit -n 4096");
  });
});

describe("shakedown doctor --fix", () => {
  test("installs what a service lacks, repeats its sample test, and ends as things stand then", async (context) => {
    onlyWhere(context, isBareDebian, "on Debian and its kin without a Redis of their own");
    await using project = await makeCliProject({
      ...files,
      "shakedown.stack.ts": `
          import { defineStack } from "shakedown";
          import { redis } from "shakedown/redis";
          export default defineStack({
            cache: redis({ provider: { forbid: "container" } }),
            old: redis({ version: "1.0", provider: { forbid: "container" } }),
          });`,
    });
    const env = { XDG_CACHE_HOME: join(project.folder, "cache"), PATH: "/usr/bin:/bin" };
    const before = await project.shakedown(["doctor"], { env });
    expect(before.code).toBe(3);
    expect(before.out).toMatch(/✖ cache: sample test[^]+shakedown doctor --fix/);

    const { code, out } = await project.shakedown(["doctor", "--fix"], { env });
    expect(out).toMatch(
      /✖ cache: sample test[^]+fixed installed redis \d[^]+sample test: ready in/,
    );
    // No install brings that version, which is not hidden by what was done.
    expect(out).toMatch(/✖ old: sample test[^]+not fixed .*1\.0/);
    expect(out).toMatch(/1 fixed, 1 failed/);
    expect(code).toBe(3);

    await project.write({
      "shakedown.stack.ts": `
          import { defineStack } from "shakedown";
          import { redis } from "shakedown/redis";
          export default defineStack({ cache: redis({ provider: { forbid: "container" } }) });`,
    });
    expect(await project.shakedown(["doctor"], { env })).toMatchObject({ code: 0 });
    await nothingStays(project);
  });

  test("makes folders of ours private again, and tells of one that is not ours", async () => {
    await using project = await makeCliProject({ "package.json": "{}" });
    const temporary = join(project.folder, "t");
    const sockets = join(temporary, `shakedown-${process.getuid?.() ?? 0}`);
    await mkdir(sockets, { recursive: true });
    await chmod(sockets, 0o755);
    const env = { TMPDIR: temporary, XDG_RUNTIME_DIR: "" };
    const seen = await doctor(project, { env }, "--quick");
    expect(seen.named("folders")).toMatchObject({ state: "advice" });
    const fixed = await doctor(project, { env }, "--quick", "--fix");
    expect(fixed.named("folders")).toMatchObject({ fixed: expect.stringContaining(sockets) });
    expect((await stat(sockets)).mode & 0o777).toBe(0o700);
    expect((await doctor(project, { env }, "--quick")).named("folders")?.state).toBe("ok");

    await rm(sockets, { recursive: true });
    await writeFile(sockets, "a file in the way");
    const foreign = await doctor(project, { env }, "--quick", "--fix");
    expect(foreign.code).toBe(3);
    expect(foreign.named("folders")).toMatchObject({
      state: "failed",
      seen: expect.stringContaining("is no folder"),
      remedy: expect.stringContaining("TMPDIR"),
    });
  });
});

describe("shakedown doctor --speed", () => {
  test("shows where the time of a start goes, and refuses a stack that runs already", async () => {
    await using project = await makeCliProject(files);
    const { code, out } = await project.shakedown(["doctor", "--speed"]);
    expect(code).toBe(0);
    expect(out).toMatch(/^ Ready with one slot in .+ with filled caches/);
    expect(out).toMatch(/\n supervisor +━+ +\d+ ms\n/);
    expect(out).toMatch(/\n api of slot 0 +━+ +\d+ ms\n/);
    expect(out).toContain("shakedown up");
    await nothingStays(project);

    await project.shakedown(["up"]);
    const again = await project.shakedown(["doctor", "--speed"]);
    expect(again.code).toBe(2);
    expect(again.err).toContain("are running already");
    expect(again.err).toContain("shakedown down");
  });
});
