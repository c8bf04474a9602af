import { describe, expect, test } from "vitest";
import { until } from "../src/kit/until.ts";
import { makeCliProject, normalised, nothingStays, webServer, webStack } from "./cli-project.ts";

const files = { "server.mjs": webServer, "shakedown.stack.ts": webStack, "deep/er/.gitkeep": "" };

describe("up, status, logs and down", () => {
  test("start services once, show them from any folder of the project, and stop them", async () => {
    await using project = await makeCliProject(files);
    const up = await project.shakedown(["up"]);
    expect(up).toMatchObject({ code: 0, err: "" });
    expect(normalised(up.out, project)).toMatchInlineSnapshot(`
      " ✔ clock    node server.mjs  native    started in <n> ms
       ○ api      node server.mjs  native    starts with each worker

       clock  http://127.0.0.1:<port>

       Ready in <n> ms. Stop with: shakedown down, or after 2 h without a client
      "
    `);

    const again = await project.shakedown(["up"], { cwd: "deep/er" });
    expect(again.out).toContain("was running");

    const status = await project.shakedown(["status"], { cwd: "deep" });
    expect(status).toMatchObject({ code: 0, err: "" });
    expect(normalised(status.out, project)).toMatchInlineSnapshot(`
      " stack       <project>/shakedown.stack.ts
       supervisor  pid <pid> of <user>, version 0.1.0, up <n> ms, <n> MB
                   stays until \`shakedown down\`, or 2 h without a client (<time>)

       service  state             from                    memory  up
       clock    ready             native node server.mjs  <n> MB   <n> ms
                http://127.0.0.1:<port>
       api      with each worker  native node server.mjs

       clock       native: the stack's own program
       api         native: the stack's own program
      "
    `);

    const logs = await project.shakedown(["logs", "clock", "--tail", "1"]);
    expect(normalised(logs.out, project)).toBe(
      "<time> clock      │ listening on http://127.0.0.1:<port>\n",
    );

    const down = await project.shakedown(["down"], { cwd: "deep" });
    expect(down).toMatchObject({ code: 0, out: expect.stringMatching(/^Stopped in /) as string });
    await nothingStays(project);
    expect((await project.shakedown(["down"])).out).toMatch(/^Nothing is running for /);
    expect((await project.shakedown(["status"])).out).toMatch(/^Nothing is running for /);
    expect((await project.shakedown(["logs"])).out).toContain("listening on");
    expect((await project.shakedown(["logs", "clok"])).err).toMatch(
      /^No log lines of clok for .*\. There are lines of clock\.\n$/,
    );
  });

  test("print facts as JSON", async () => {
    await using project = await makeCliProject(files);
    const json = async (...args: string[]): Promise<unknown> =>
      JSON.parse((await project.shakedown([...args, "--json"])).out);
    expect(await json("status")).toMatchObject({ running: false });
    expect(await json("up")).toMatchObject({
      stackFile: `${project.folder}/shakedown.stack.ts`,
      services: [{ name: "clock", state: "ready" }, { name: "api" }],
    });
    expect(await json("status")).toMatchObject({ running: true, keep: true, sessions: [] });
    expect(await json("logs", "clock")).toMatchObject([
      { service: "clock", lines: expect.any(Array) as string[] },
    ]);
    expect(await json("down")).toMatchObject({ stopped: true });
    expect(await json("down")).toMatchObject({ stopped: false });
  });

  test("only the services that are named, and those that they need, start", async () => {
    await using project = await makeCliProject(files);
    expect(await project.shakedown(["up", "clock"])).toMatchObject({ code: 0 });
    const wrong = await project.shakedown(["up", "clokc"]);
    expect(wrong.code).toBe(2);
    expect(wrong.err).toContain('has no service "clokc"; it has clock, api');
    expect(wrong.err).toContain("→ Did you mean: shakedown up clock");
  });

  test("a service that does not start is told with the end of its log, and nothing stays", async () => {
    await using project = await makeCliProject({
      ...files,
      "server.mjs": `console.log("reading settings"); console.error("no port for me"); process.exit(7);`,
    });
    const { code, out, err } = await project.shakedown(["up"]);
    expect(code).toBe(3);
    expect(out).toContain("✖ clock");
    expect(normalised(err, project)).toMatchInlineSnapshot(`
      "✖ clock (node server.mjs) exited with code 7 before it was ready

        checked    a log line like /listening on (?<url>http:\\S+)/
        tries <n>
        last seen  no such line; the last one: no port for me
        took       <n> ms
        log tail
          │ reading settings
          │ no port for me

      → Read its log: shakedown logs clock
        PROCESS_EXITED
      "
    `);
    await nothingStays(project);
    expect((await project.shakedown(["up", "--json"])).out).toContain('"code": "PROCESS_EXITED"');
  });

  test("Ctrl-C while services start leaves nothing", async () => {
    await using project = await makeCliProject({
      ...files,
      "server.mjs": `console.log("thinking"); setInterval(() => {}, 1000);`,
    });
    const up = project.start(["up"]);
    await until(async () => (await project.shakedown(["logs"])).out.includes("thinking"), {
      what: "the service to run",
      timeoutMs: 20_000,
    });
    up.child.kill("SIGINT");
    expect((await up.ended).code).toBe(130);
    await nothingStays(project);
  });

  test("logs -f goes on until Ctrl-C, as the services write", async () => {
    await using project = await makeCliProject(files);
    const first = await project.shakedown(["up", "--json"]);
    const [{ url }] = (JSON.parse(first.out) as { services: [{ url: string }] }).services;
    const logs = project.start(["logs", "--follow", "clock"]);
    await logs.sees("listening on");
    await fetch(new URL("/while-following", url));
    await logs.sees("asked for /while-following");
    logs.child.kill("SIGINT");
    const { code, out } = await logs.ended;
    expect(code).toBe(130);
    expect(out.match(/while-following/g)).toHaveLength(1);
    expect(out.match(/listening on/g)).toHaveLength(1);
  });

  test("two stacks of one folder run side by side", async () => {
    await using project = await makeCliProject({
      "server.mjs": webServer,
      "a.stack.ts": webStack,
      "b.stack.ts": webStack,
    });
    await Promise.all([
      project.shakedown(["up", "--stack", "a.stack.ts"]),
      project.shakedown(["up", "--stack", "b.stack.ts"]),
    ]);
    await project.shakedown(["down", "--stack", "a.stack.ts"]);
    expect((await project.shakedown(["status", "--stack", "a.stack.ts"])).out).toContain(
      "Nothing is running",
    );
    expect((await project.shakedown(["status", "--stack", "b.stack.ts"])).out).toContain("ready");
  });
});
