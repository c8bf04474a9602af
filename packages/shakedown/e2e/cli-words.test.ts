import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commandIndex } from "../src/cli/command-index.ts";
import {
  type CliProject,
  makeCliProject,
  normalised,
  nothingStays,
  webServer,
  webStack,
} from "./cli-project.ts";

describe("the command line, without services", () => {
  let project: CliProject;
  beforeAll(async () => {
    project = await makeCliProject({ "server.mjs": webServer, "empty/.gitkeep": "" });
  });
  afterAll(() => project[Symbol.asyncDispose]());

  test("without a word, and with --help, it tells all commands", async () => {
    const [bare, help] = await Promise.all([project.shakedown([]), project.shakedown(["--help"])]);
    expect(bare).toEqual(help);
    expect(bare).toMatchObject({ code: 0, err: "" });
    for (const name of Object.keys(commandIndex)) expect(bare.out).toContain(`  ${name} `);
  });

  test.for(Object.keys(commandIndex))("%s --help tells what it does and takes", async (name) => {
    const { code, out, err } = await project.shakedown([name, "--help"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(new RegExp(`^shakedown ${name}[^]*--stack <file>[^]*--json[^]*--help`));
    expect((await project.shakedown(["help", name])).out).toBe(out);
  });

  test("--version tells the version, as JSON too", async () => {
    expect((await project.shakedown(["--version"])).out).toMatch(
      /^shakedown \d+\.\d+\.\d+ \(node /,
    );
    expect(JSON.parse((await project.shakedown(["version", "--json"])).out)).toMatchObject({
      shakedown: expect.stringMatching(/^\d+\./) as string,
      node: process.versions.node,
    });
  });

  test.for([
    [
      "an unknown command, with the nearest",
      ["stauts"],
      'unknown command "stauts", did you mean status?',
    ],
    [
      "an unknown flag, with the nearest",
      ["up", "--jsno"],
      "unknown flag --jsno, did you mean --json?",
    ],
    ["a flag before the command", ["--stack", "x", "up"], "--stack stands before the command"],
    [
      "a value that is no number",
      ["run", "--workers", "many"],
      '--workers needs a whole number, got "many"',
    ],
    ["a word too many", ["down", "db"], '"db" is too much'],
    ["a port that cannot be", ["ui", "--no-open", "--port", "99999"], "there is no port 99999"],
    ["a missing word", ["restart"], "is missing"],
    ["an unknown engine", ["install", "rediss"], '"rediss" is not an engine'],
    ["a -- where nothing takes it", ["up", "--", "x"], "up takes nothing after --"],
    ["tests without run", ["a.test.ts"], "unknown command"],
  ] as const)("%s is the user's mistake", async ([, args, message]) => {
    const { code, out, err } = await project.shakedown(args);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(message);
    expect(err).toContain("→ ");
  });

  test("a mistake is one JSON document with --json", async () => {
    const { code, out, err } = await project.shakedown(["up", "--nope", "--json"]);
    expect({ code, err }).toEqual({ code: 2, err: "" });
    expect(JSON.parse(out)).toMatchObject({
      error: { code: "CLI_USAGE", hint: expect.any(String) as string },
    });
  });

  test.for(["up", "down", "status", "logs", "run"])(
    "%s says so where there is no stack",
    async (name) => {
      const { code, err } = await project.shakedown([name], { cwd: "empty" });
      expect(code).toBe(2);
      expect(err).toContain("✖ no shakedown.stack.ts in ");
      expect(err).toContain("STACK_MISSING");
    },
  );

  test("of several stacks one must be named", async () => {
    await project.write({ "several/one.stack.ts": webStack, "several/two.stack.ts": webStack });
    const { code, err } = await project.shakedown(["status"], { cwd: "several" });
    expect(code).toBe(2);
    expect(normalised(err, project)).toMatchInlineSnapshot(`
      "✖ 2 stack files to choose from in <project>/several:
          one.stack.ts
          two.stack.ts

      → Name one: --stack one.stack.ts
        STACK_MISSING
      "
    `);
    const named = await project.shakedown(["status", "--stack", "two.stack.ts"], {
      cwd: "several",
    });
    expect(named.code).toBe(0);
    expect(named.out).toContain("Nothing is running for");
    const typo = await project.shakedown(["status", "--stack", "tow.stack.ts"], { cwd: "several" });
    expect(typo.code).toBe(2);
    expect(typo.err).toContain("Did you mean --stack two.stack.ts?");
  });

  test("all mistakes of a stack are told at once, and nothing starts", async () => {
    await project.write({
      "wrong/shakedown.stack.ts": webStack
        .replace(
          "({ clock }) => ({ CLOCK_URL: clock.url })",
          "({ clok }) => ({ CLOCK_URL: clok.url })",
        )
        .replace("per:", "pre:"),
    });
    const { code, out, err } = await project.shakedown(["up"], { cwd: "wrong" });
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(normalised(err, project)).toMatchInlineSnapshot(`
      "✖ <project>/wrong/shakedown.stack.ts has 2 mistakes:

          1. services.clock.pre
             is not an option
             → The options: run, cwd, inputs, env, ports, ready, onReset, stopGraceMs, readyTimeoutMs, inheritEnv

          2. services.api.env.CLOCK_URL
             refers to clok, which is not a service of this stack
             → Did you mean clock?

        STACK_INVALID
      "
    `);
    // The supervisor that was on its way meanwhile is told to go; no service has left a log.
    await nothingStays(project);
    expect(
      existsSync(join(project.folder, "wrong/.shakedown/stacks/shakedown/logs/clock.log")),
    ).toBe(false);
  });

  test("install says what it would do", async () => {
    const { code, out } = await project.shakedown(["install", "redis", "--dry-run", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ engines: [{ engine: "redis" }] });
  });
});
