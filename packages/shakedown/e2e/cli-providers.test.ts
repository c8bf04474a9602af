import { spawn } from "node:child_process";
import { once } from "node:events";
import { beforeAll, describe, expect, test } from "vitest";
import { until } from "../src/kit/until.ts";
import { freePorts } from "../src/process/free-ports.ts";
import { findRedis } from "../src/providers/redis-programs.ts";
import { redisAvailable } from "../service/redis/redis-available.ts";
import { type CliProject, makeCliProject } from "./cli-project.ts";

let redisCache: string;
beforeAll(async () => {
  redisCache = await redisAvailable();
}, 120_000);

const stackOf = (db: string, cache = ""): string => `
import { defineStack } from "shakedown";
import { postgres } from "shakedown/postgres";
import { redis } from "shakedown/redis";
export default defineStack({ db: postgres({ ${db} }), cache: redis({ ${cache} }) });
`;

interface Shown {
  readonly name: string;
  readonly provider: {
    readonly kind: string;
    readonly reason: string;
    readonly passedOver: readonly { readonly kind: string; readonly reason: string }[];
  };
}

/** What `status --json` says of each service after `up` in this environment. */
async function providersAfterUp(
  project: CliProject,
  env: Readonly<Record<string, string>>,
  services: readonly string[] = [],
): Promise<Readonly<Record<string, Shown["provider"]>>> {
  const up = await project.shakedown(["up", ...services], { env });
  expect(up).toMatchObject({ code: 0 });
  const { out } = await project.shakedown(["status", "--json"], { env });
  const { services: shown } = JSON.parse(out) as { readonly services: readonly Shown[] };
  await project.shakedown(["down"]);
  return Object.fromEntries(shown.map(({ name, provider }) => [name, provider]));
}

describe("where services come from", () => {
  test("what the environment says of one service counts more than the stack, and the stack more than what it says of all", async () => {
    await using project = await makeCliProject({
      "shakedown.stack.ts": stackOf(`provider: { prefer: "embedded" }`),
    });
    const general = await providersAfterUp(project, {
      SHAKEDOWN_PREFER: "native",
      SHAKEDOWN_FORBID: "db=container",
    });
    expect(general["db"]).toMatchObject({
      kind: "embedded",
      passedOver: [
        { kind: "container", reason: "SHAKEDOWN_FORBID forbids it" },
        { kind: "external", reason: "the stack prefers embedded" },
        { kind: "native", reason: "the stack prefers embedded" },
      ],
    });
    expect(general["cache"]).toMatchObject({ kind: "native" });
    const own = await project.shakedown(["up", "db"], {
      env: { SHAKEDOWN_REQUIRE_PROVIDER: "db=native", SHAKEDOWN_FORBID: "native" },
    });
    expect(own).toMatchObject({ code: 3 });
    expect(own.err).toContain("SHAKEDOWN_FORBID forbids it");
    expect(own.err).toContain("embedded: SHAKEDOWN_REQUIRE_PROVIDER requires native");
  });

  test("a running stack is not reused for a client whose environment wants other providers", async () => {
    await using project = await makeCliProject({ "shakedown.stack.ts": stackOf("", `per: "run"`) });
    await project.shakedown(["up", "cache"]);
    const same = await project.shakedown(["up", "cache"]);
    expect(same.out).toContain("was running");
    const other = await project.shakedown(["up", "cache"], {
      env: { SHAKEDOWN_PREFER: "cache=native" },
    });
    expect(other.out).not.toContain("was running");
  });

  test("TEST_REDIS_URL is a server that runs already, and one that does not answer is an error", async () => {
    await using project = await makeCliProject({ "shakedown.stack.ts": stackOf("") });
    const [program] = await findRedis({ environment: {}, cacheFolder: redisCache });
    const [port = 0] = await freePorts(1);
    const url = `redis://127.0.0.1:${port}/0`;
    const refused = await project.shakedown(["up", "cache"], { env: { TEST_REDIS_URL: url } });
    expect(refused).toMatchObject({ code: 3 });
    expect(refused.err).toContain(`127.0.0.1:${port} cannot be used`);
    const server = spawn(program?.file ?? "", ["--port", String(port), "--save", ""], {
      env: { LD_LIBRARY_PATH: program?.libraryPath ?? "" },
      stdio: ["ignore", "pipe", "ignore"],
    });
    try {
      let said = "";
      server.stdout.on("data", (chunk) => (said += String(chunk)));
      await until(() => said.includes("Ready to accept"), { what: "a Redis server" });
      const { cache } = await providersAfterUp(project, { TEST_REDIS_URL: url }, ["cache"]);
      expect(cache).toMatchObject({
        kind: "external",
        reason: `TEST_REDIS_URL is 127.0.0.1:${port}`,
      });
    } finally {
      server.kill("SIGKILL");
      await once(server, "exit");
    }
  });

  test("words that are no provider are refused with the nearest one, in the environment and in the stack", async () => {
    await using project = await makeCliProject({ "shakedown.stack.ts": stackOf("") });
    const wrong = await project.shakedown(["up"], { env: { SHAKEDOWN_PREFER: "natve" } });
    expect(wrong).toMatchObject({ code: 2 });
    expect(wrong.err).toContain('SHAKEDOWN_PREFER says "natve"');
    expect(wrong.err).toContain("Did you mean native?");
    await project.write({ "shakedown.stack.ts": stackOf(`provider: "embeded" as never`) });
    const inStack = await project.shakedown(["up"]);
    expect(inStack).toMatchObject({ code: 2 });
    expect(inStack.err).toContain('did you mean "embedded"?');
  });
});
