import { beforeEach, expect, test } from "vitest";
import {
  containersMissing,
  containersWith,
  docker,
  images,
} from "../service/container/containers-available.ts";
import { need } from "../service/need.ts";
import { until } from "../src/kit/until.ts";
import { makeCliProject, nothingStays, testFile, webServer } from "./cli-project.ts";

const missing = containersMissing();
beforeEach((context) => need(context, missing));

/** A native server on the loopback interface; a container for all that asks it; one for each worker that the tests write to. */
const stack = `
import { defineStack } from "shakedown";
import { command, logLine } from "shakedown/command";
import { container } from "shakedown/container";
export default defineStack({
  clock: command({ per: "run", run: ["node", "server.mjs"], ready: logLine(/listening on (?<url>http:\\S+)/) }),
  probe: container({
    per: "run",
    image: "${images.debian}",
    env: ({ clock }) => ({ CLOCK: clock.url }),
    command: ["bash", "-c", 'at=\${CLOCK#http://}; exec 3<>/dev/tcp/\${at%:*}/\${at#*:}; printf "GET /seen-from-inside HTTP/1.0\\\\r\\\\n\\\\r\\\\n" >&3; grep -q seen-from-inside <&3; echo clock=ok; exec sleep 1000'],
    ready: logLine(/clock=(?<clock>\\w+)/),
  }),
  cache: container({ image: "${images.redis}", ports: { redis: 6379 }, tmpfs: ["/data"], onReset: "restart" }),
});
`;

const tests = testFile(`
import { connect } from "node:net";
import { expect } from "vitest";
const ask = (port, text) => new Promise((resolve, reject) => {
  const socket = connect(Number(port), "127.0.0.1", () => socket.write(text + "\\r\\n"));
  socket.once("data", (data) => { socket.destroy(); resolve(String(data).trim()); });
  socket.once("error", reject);
});
test("writes", async ({ cache }) => {
  expect(await ask(cache.outputs["ports.redis"], "SET key value")).toBe("+OK");
});
test("finds a new one", async ({ cache, probe }) => {
  expect(probe.outputs.clock).toBe("ok");
  expect(await ask(cache.outputs["ports.redis"], "GET key")).toBe("$-1");
});
`);

const files = {
  "server.mjs": webServer,
  "shakedown.stack.ts": stack,
  "cache.test.ts": tests,
  "vitest.config.ts": `
import { shakedown } from "shakedown/vitest-plugin";
export default { plugins: [shakedown()] };
`,
};

test("tests run against containers beside native services, which leave nothing", async () => {
  await using project = await makeCliProject(files);
  const ours = () => containersWith(`shakedown.project=${project.folder}/shakedown.stack.ts`);
  const run = await project.shakedown(["run"]);
  expect(run.out + run.err).toMatch(/2 passed/);
  expect(run.code).toBe(0);
  await until(() => ours().length === 0, { what: "no container left", timeoutMs: 3000 });
  await nothingStays(project);
});

test("a status counts their memory", async () => {
  await using project = await makeCliProject(files);
  expect(await project.shakedown(["up"])).toMatchObject({ code: 0, err: "" });
  const memory = await until(
    async () => {
      const { services } = JSON.parse((await project.shakedown(["status", "--json"])).out) as {
        readonly services: readonly { readonly name: string; readonly memoryBytes?: number }[];
      };
      return services.find(({ name }) => name === "probe")?.memoryBytes;
    },
    { what: "the memory of a container", timeoutMs: 10_000 },
  );
  expect(memory).toBeGreaterThan(10_000);
});

test("a supervisor that is killed takes its containers with it within three seconds", async () => {
  await using project = await makeCliProject(files);
  const ours = () => containersWith(`shakedown.project=${project.folder}/shakedown.stack.ts`);
  expect(await project.shakedown(["up"])).toMatchObject({ code: 0, err: "" });
  expect(ours()).toHaveLength(1);
  const { pid } = JSON.parse((await project.shakedown(["status", "--json"])).out) as {
    readonly pid: number;
  };
  process.kill(pid, "SIGKILL");
  await until(() => ours().length === 0, { what: "its containers go", timeoutMs: 3000 });
  await nothingStays(project);
  // What was there before works again.
  expect(await project.shakedown(["up"])).toMatchObject({ code: 0 });
  expect(ours()).toHaveLength(1);
});

test("a container that dies in the middle is named with its last lines, and down removes the rest", async () => {
  await using project = await makeCliProject(files);
  const ours = () => containersWith(`shakedown.project=${project.folder}/shakedown.stack.ts`);
  expect(await project.shakedown(["up"])).toMatchObject({ code: 0 });
  docker("kill", ...ours());
  await until(
    async () => (await project.shakedown(["status"])).out.includes("exited with code 137"),
    { what: "status tells how it ended", timeoutMs: 10_000, everyMs: 200 },
  );
  expect((await project.shakedown(["logs", "probe"])).out).toContain("clock=ok");
  await project.shakedown(["down"]);
  await until(() => ours().length === 0, { what: "no container left", timeoutMs: 3000 });
});
