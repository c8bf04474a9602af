import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { until } from "../src/kit/until.ts";
import {
  type CliProject,
  makeCliProject,
  nothingStays,
  webServer,
  webStack,
} from "./cli-project.ts";
import { missingCommand, need } from "../service/need.ts";
import { noPytest, python } from "./python.ts";

const files = { "server.mjs": webServer, "shakedown.stack.ts": webStack };
const noPython = missingCommand(["python3", "-c", "import pty"]);

function mainOf({ folder }: CliProject): string {
  return join(folder, "node_modules", "shakedown", "dist", "cli", "main.js");
}

describe("exec gives a command", () => {
  test("its arguments, its input and its exit status untouched, and standard output for itself", async () => {
    await using project = await makeCliProject(files);
    const args = ["exec", "--", "node", "-e"];
    const script = `
      process.stdin.on("data", (data) => process.stdout.write("read " + data));
      process.stdin.on("end", () => { console.log(JSON.stringify(process.argv.slice(1))); process.exitCode = 7; });
    `;
    const words = ["--flag", "two words", "$HOME", "-- --", ""];
    const ended = spawnSync(process.execPath, [mainOf(project), ...args, script, "--", ...words], {
      cwd: project.folder,
      input: "a line",
      encoding: "utf8",
    });
    expect(ended.stdout).toBe(`read a line${JSON.stringify(words)}\n`);
    expect(ended.status).toBe(7);
    expect(ended.stderr).toContain("✔ clock");
    await nothingStays(project);
  });

  test("where its services are, by the usual names and by its own", async () => {
    await using project = await makeCliProject(files);
    const script =
      "for (const name of Object.keys(process.env).sort()) if (/^(SHAKEDOWN_|OWN)/.test(name)) console.log(name)";
    const { out } = await project.shakedown([
      "exec",
      "-q",
      "--env",
      "OWN=clock.url",
      "--",
      "node",
      "-e",
      script,
    ]);
    expect(out.split("\n").filter((name) => !(name in process.env))).toEqual([
      "OWN",
      ...["HOST", "PORT", "URL"].map((name) => `SHAKEDOWN_API_${name}`),
      ...["HOST", "PORT", "URL"].map((name) => `SHAKEDOWN_CLOCK_${name}`),
      "SHAKEDOWN_SESSION",
      "SHAKEDOWN_SLOT",
      "",
    ]);
  });

  test("services of its own for each worker, as a Python program sees them", async (context) => {
    need(context, noPython);
    await using project = await makeCliProject({
      ...files,
      "workers.py": `
import json, os, urllib.request
slots = json.loads(os.environ["SHAKEDOWN_SLOTS"])
urls = [slot["services"]["api"]["url"] for slot in slots]
assert urls == [os.environ["SHAKEDOWN_API_URL_0"], os.environ["SHAKEDOWN_API_URL_1"]], urls
assert len(set(urls)) == 2, urls
assert os.environ["SHAKEDOWN_CLOCK_URL_0"] == os.environ["SHAKEDOWN_CLOCK_URL_1"]
for url in urls:
    print(json.load(urllib.request.urlopen(url + "/from-python"))["url"])
`,
    });
    const ended = await project.shakedown([
      "exec",
      "-q",
      "--slots",
      "2",
      "--",
      "python3",
      "workers.py",
    ]);
    expect(ended).toEqual({ code: 0, err: "", out: "/from-python\n/from-python\n" });
    await nothingStays(project);
  });

  test("and pytest its exit status", async (context) => {
    need(context, noPytest);
    await using project = await makeCliProject({
      ...files,
      "test_api.py": `
import os, urllib.request
def test_answers():
    assert urllib.request.urlopen(os.environ["SHAKEDOWN_API_URL"]).status == 200
def test_fails():
    assert os.environ["SHAKEDOWN_SLOT"] == "7"
`,
    });
    const pytest = ["exec", "-q", "--", python, "-m", "pytest", "-q", "-p", "no:cacheprovider"];
    const { code, out } = await project.shakedown(pytest);
    expect(out).toContain("1 failed, 1 passed");
    expect(code).toBe(1);
  });

  test("the signals that it gets, and whoever called the status that a shell would give", async () => {
    await using project = await makeCliProject(files);
    const trapping = `trap 'echo "got TERM"; exit 42' TERM; echo ready; while :; do sleep 0.05; done`;
    const trapped = project.start(["exec", "-q", "--", "sh", "-c", trapping]);
    await trapped.sees("ready");
    trapped.child.kill("SIGTERM");
    expect(await trapped.ended).toMatchObject({ code: 42, out: "ready\ngot TERM\n" });

    const plain = project.start(["exec", "-q", "--", "sh", "-c", "echo ready; exec sleep 100"]);
    await plain.sees("ready");
    plain.child.kill("SIGINT");
    expect((await plain.ended).code).toBe(130);

    expect((await project.shakedown(["exec", "-q", "--", "sh", "-c", "kill -KILL $$"])).code).toBe(
      137,
    );
    await nothingStays(project);
  });

  test("the terminal, and one Ctrl-C where one was typed", async (context) => {
    need(context, noPython);
    await using project = await makeCliProject({
      ...files,
      "typed.py": `
import os, pty, sys
def ctrl_c(descriptor):
    data = os.read(descriptor, 1024)
    if b"ready" in data:
        os.write(descriptor, b"\\x03")
    return data
sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:], ctrl_c)))
`,
      "count.mjs": `
        let count = 0;
        process.on("SIGINT", () => {
          count += 1;
          if (count === 1) setTimeout(() => { console.log("interrupts: " + count); process.exit(5); }, 300);
        });
        console.log([process.stdin.isTTY, process.stdout.isTTY, "ready"].join(" "));
        setInterval(() => {}, 1000);
      `,
    });
    const command = [process.execPath, mainOf(project), "exec", "-q", "--", "node", "count.mjs"];
    const child = spawn("python3", ["typed.py", ...command], { cwd: project.folder });
    let out = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
    const code = await new Promise((resolve) => child.once("close", resolve));
    expect(out.replaceAll("\r", "")).toContain("true true ready\n");
    expect(out).toContain("interrupts: 1");
    expect(code).toBe(5);
    await nothingStays(project);
  });
});

describe("exec leaves nothing", () => {
  test("when it is killed: the command ends as well as the services", async () => {
    await using project = await makeCliProject(files);
    const script = "trap '' TERM; echo ready; while :; do sleep 0.05; done";
    const running = project.start(["exec", "-q", "--", "sh", "-c", script]);
    await running.sees("ready");
    running.child.kill("SIGKILL");
    await nothingStays(project);
    expect(project.processes()).toEqual([]);
  });

  test("beside what is kept: its slots are free again", async () => {
    await using project = await makeCliProject(files);
    await project.shakedown(["up"]);
    const ran = await project.shakedown(["exec", "--", "true"]);
    expect(ran).toMatchObject({ code: 0, out: "", err: "" });
    const status = JSON.parse((await project.shakedown(["status", "--json"])).out) as {
      readonly slots: readonly { readonly held: boolean }[];
    };
    expect(status.slots.map(({ held }) => held)).toEqual([false]);
  });
});

describe("exec refuses", () => {
  test("what cannot be meant, with what could", async () => {
    await using project = await makeCliProject(files);
    const call = async (...args: string[]): Promise<string> => {
      const { code, err } = await project.shakedown(["exec", "-q", ...args]);
      return `${code}: ${err
        .replaceAll(project.folder, "")
        .split("\n")
        .filter((line) => /^[✖→]/.test(line))
        .join(" ")}`;
    };
    expect(await call()).toBe(
      "2: ✖ shakedown exec: there is no command to run → Put it after --, for example: shakedown exec -- pytest -n4",
    );
    expect(await call("--only", "clokc", "--", "true")).toMatch(
      /^2: .*no service "clokc".*Did you mean: --only clock/,
    );
    expect(await call("--env", "X=clock.ulr", "--", "true")).toMatch(
      /^2: .*clock gives no ulr.*Did you mean url/,
    );
    expect(await call("--", "no-such-program")).toMatch(
      /^2: .*no-such-program cannot be run: there is no such program/,
    );
    await until(() => project.processes().length === 0, { what: "no process left" });
  });
});
