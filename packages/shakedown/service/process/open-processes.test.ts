import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../../src/kit/until.ts";
import type { ManagedProcess, Processes, StartOptions } from "../../src/process/managed-process.ts";
import { openProcesses } from "../../src/process/open-processes.ts";
import { runCommand } from "../../src/process/run-command.ts";
import { markedProcesses } from "./marked-processes.ts";
import { onlyWhere } from "../need.ts";

const cookie = randomBytes(8).toString("hex");
const env = { PATH: process.env["PATH"] ?? "" };
let processes: Processes & AsyncDisposable;
beforeAll(async () => {
  processes = await openProcesses({ cookie });
});
afterAll(async () => {
  await processes[Symbol.asyncDispose]();
  const left = markedProcesses(cookie);
  if (left.length > 0) throw new Error(`left behind: ${left.join(", ")}`);
});

function startShell(script: string, more: Partial<StartOptions> = {}): Promise<ManagedProcess> {
  return processes.start({
    title: "shell",
    command: "sh",
    args: ["-c", script],
    cwd: tmpdir(),
    env,
    stopSteps: [{ signal: "SIGTERM", to: "group", waitMs: 100 }],
    deathSignal: "SIGTERM",
    onLine: () => undefined,
    ...more,
  });
}

test("50 MB of output never block the child", async () => {
  let characters = 0;
  const shell = await startShell(
    "yes 0123456789012345678901234567890123456789 | head -c 50000000; echo done",
    {
      onLine: (_, line) => (characters += line.length + 1),
    },
  );
  expect(await shell.exited).toEqual({ code: 0, signal: null });
  expect(characters).toBeGreaterThanOrEqual(50_000_005);
});

test("stop ends a child that ignores SIGTERM, what it forked, and what left its session", async () => {
  const shell = await startShell(
    "trap '' TERM; setsid sleep 2001 & sleep 2002 & echo up; while :; do sleep 1; done",
  );
  await until(
    () => markedProcesses(cookie).filter((line) => /^\d+ sleep 200/.test(line)).length === 2,
  );
  expect(await shell.stop()).toEqual({ code: null, signal: "SIGKILL" });
  expect(markedProcesses(cookie).filter((line) => /^\d+ sleep /.test(line))).toEqual([]);
});

test("a friendly stop is over as soon as the child is", async () => {
  const lines: string[] = [];
  const shell = await startShell(
    "trap 'echo bye; exit 3' TERM; echo up; while :; do sleep 0.01; done",
    {
      stopSteps: [{ signal: "SIGTERM", to: "process", waitMs: 10_000 }],
      onLine: (_, line) => lines.push(line),
    },
  );
  await until(() => lines.includes("up"));
  expect(await shell.stop()).toEqual({ code: 3, signal: null });
  expect(lines).toContain("bye");
});

test("a child that holds the pipe open does not hold back the news of its parent's exit", async () => {
  const lines: string[] = [];
  const shell = await startShell("echo last words; setsid sleep 2003 & exit 7", {
    onLine: (_, line) => lines.push(line),
  });
  expect(await shell.exited).toEqual({ code: 7, signal: null });
  expect(lines).toEqual(["last words"]);
  await shell.stop();
  expect(markedProcesses(cookie).filter((line) => /^\d+ sleep /.test(line))).toEqual([]);
});

test("a stopped process can be ended", async () => {
  const shell = await startShell("kill -STOP $$; echo never");
  expect(await shell.stop()).toEqual({ code: null, signal: "SIGTERM" });
});

test("the child sees /dev/null as input, nothing above descriptor 2, and only the environment it was given", async () => {
  const lines: string[] = [];
  const shell = await startShell("cat; ls -l /proc/$$/fd", {
    onLine: (_, line) => lines.push(line),
  });
  await shell.exited;
  const descriptors = lines.filter((line) => line.includes(" -> "));
  expect(
    descriptors
      .filter((line) => !line.endsWith("/dev/null"))
      .map((line) => / (\d+) -> /.exec(line)?.[1]),
  ).toEqual(["1", "2"]);
  const printEnvironment = {
    command: "env",
    args: [],
    env: { ...env, "spring.datasource.url": "jdbc:x" },
  };
  const variables: string[] = [];
  await (
    await startShell("", { ...printEnvironment, onLine: (_, line) => variables.push(line) })
  ).exited;
  const names = variables.map((line) => line.split("=")[0]).toSorted();
  expect(names.filter((name) => !["PWD", "SHLVL", "_", "OLDPWD"].includes(name ?? ""))).toEqual([
    "PATH",
    "SHAKEDOWN_LEASH",
    "spring.datasource.url",
  ]);
});

test("a child can run as another user and still be ended", async (context) => {
  onlyWhere(context, process.getuid?.() === 0, "for root");
  const lines: string[] = [];
  const shell = await startShell("id -u; id -g; sleep 2004", {
    uid: 65_534,
    gid: 65_534,
    onLine: (_, line) => lines.push(line),
  });
  await until(() => lines.length === 2);
  expect(lines).toEqual(["65534", "65534"]);
  await shell.stop();
});

test("what cannot run is told before anything is spawned", async () => {
  await expect(startShell("", { command: "no-such-program" })).rejects.toMatchObject({
    code: "START_FAILED",
    message: "shell cannot run no-such-program: no such program",
    details: { path: env.PATH },
  });
  await expect(startShell("", { cwd: "/no/such/folder" })).rejects.toMatchObject({
    message: /no such folder/,
  });
});

test("a short command gives its exit and output, also when its time is up", async () => {
  const shared = { title: "short", command: "sh", cwd: tmpdir(), env, processes };
  expect(await runCommand({ ...shared, args: ["-c", "echo out; echo err >&2; exit 4"] })).toEqual({
    code: 4,
    signal: null,
    stdout: "out\n",
    stderr: "err\n",
    timedOut: false,
  });
  expect(
    await runCommand({ ...shared, args: ["-c", "echo begun; sleep 2005"], timeoutMs: 100 }),
  ).toMatchObject({
    signal: "SIGTERM",
    stdout: "begun\n",
    timedOut: true,
  });
  const abort = new AbortController();
  const aborted = runCommand({ ...shared, args: ["-c", "sleep 2006"], signal: abort.signal });
  abort.abort(new Error("enough"));
  await expect(aborted).rejects.toThrow("enough");
});

test("a $(…) around a program that starts a detached process is not kept waiting", async () => {
  const folder = mkdtempSync(join(tmpdir(), "shakedown-detached-"));
  const module = new URL("../../src/process/detached.ts", import.meta.url).href;
  const program = `
    import { startDetached } from ${JSON.stringify(module)};
    const script = "ls -l /proc/$$/fd; ps -o sid= -p $$; sleep 20";
    console.log(await startDetached({ command: "sh", args: ["-c", script], env: process.env, cwd: "/", logFile: ${JSON.stringify(join(folder, "log"))} }));
  `;
  // Descriptor 21 is the pipe of the $(…) itself: Node closes inherited ones up to 15 only.
  const caller = `exec 5>&1; pid=$(exec 21>&1 22>&5; "${process.execPath}" --input-type=module -e '${program}'); echo "$pid"`;
  const { stdout } = await promisify(execFile)("bash", ["-c", caller], { timeout: 10_000 });
  const pid = Number(stdout);
  try {
    const log = await until(() => {
      const text = readFileSync(join(folder, "log"), "utf8");
      return text.trim().endsWith(String(pid)) && text;
    });
    expect(log).toMatch(/ 0 -> \/dev\/null/);
    expect(log).toMatch(/ 21 -> \/dev\/null/);
    expect(log).not.toMatch(/pipe:/);
  } finally {
    process.kill(-pid, "SIGKILL");
    rmSync(folder, { recursive: true });
  }
});
