import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { until } from "../../src/kit/until.ts";
import { findEngine } from "../../src/providers/container/find-engine.ts";
import { ownOwner, ownerText } from "../../src/providers/container/owner.ts";
import { sweepEngine } from "../../src/providers/container/sweep-containers.ts";
import { sweepLeftContainers } from "../../src/providers/container/sweep-left.ts";
import { markedProcesses } from "../process/marked-processes.ts";
import { containersMissing, containersWith, docker, images } from "./containers-available.ts";
import { need } from "../need.ts";

const missing = containersMissing();
beforeEach((context) => need(context, missing));

const program = new URL("supervisor-with-container.ts", import.meta.url).pathname;
const cache = mkdtempSync(join(tmpdir(), "shakedown-container-death-"));
const environment = { ...(process.env as Record<string, string>), XDG_CACHE_HOME: cache };
afterAll(() => rmSync(cache, { recursive: true, force: true }));

interface Supervisor {
  readonly child: ChildProcess;
  readonly cookie: string;
  readonly containers: () => string[];
}

/** Returns when it says this. */
async function supervisor(upTo: "starting" | "running"): Promise<Supervisor> {
  const cookie = randomBytes(8).toString("hex");
  const project = `/death-test/${cookie}`;
  const child = spawn(process.execPath, [program, cookie, project], {
    env: environment,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const containers = () => containersWith(`shakedown.project=${project}`);
  onTestFinished(() => {
    child.kill("SIGKILL");
    for (const id of containers()) docker("rm", "--force", "--volumes", id);
  });
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  await until(() => said.includes(upTo), { what: `it says ${upTo}`, timeoutMs: 20_000 });
  return { child, cookie, containers };
}

function notes(): string[] {
  return readdirSync(join(cache, "shakedown", "containers"));
}

test("a supervisor that is killed leaves no container, no note and no helper after three seconds", async () => {
  const { child, cookie, containers } = await supervisor("running");
  expect(containers()).toHaveLength(2);
  expect(notes()).toHaveLength(1);
  child.kill("SIGKILL");
  const startedMs = performance.now();
  await until(() => containers().length === 0, { what: "its containers go", timeoutMs: 3000 });
  await until(() => markedProcesses(cookie).length === 0 && notes().length === 0, {
    what: "so do the watcher, its helper and the note",
    timeoutMs: 3000 - (performance.now() - startedMs),
  });
});

const kills = 6;
const seed = Number(process.env["SHAKEDOWN_TEST_SEED"] ?? randomInt(1_000_000));

test(`killed at ${kills} moments of a start it leaves none either (seed ${seed})`, async () => {
  for (let kill = 0; kill < kills; kill += 1) {
    const { child, containers, cookie } = await supervisor("starting");
    await pause(((seed + kill * 7919) % 400) + 1);
    child.kill("SIGKILL");
    await once(child, "exit");
    await until(() => markedProcesses(cookie).length === 0, {
      timeoutMs: 3000,
      what: "the leash is done",
    });
    expect(containers()).toEqual([]);
  }
});

test("what is left by a supervisor that was killed together with its watcher goes with the next command", async () => {
  const left = await supervisor("running");
  const living = await supervisor("running");
  for (const line of markedProcesses(left.cookie)) {
    const pid = Number.parseInt(line, 10);
    if (pid !== left.child.pid) process.kill(pid, "SIGKILL");
  }
  left.child.kill("SIGKILL");
  await once(left.child, "exit");
  // The supervisor may have started another watcher in between, which then does its work.
  expect(notes().length).toBeGreaterThan(0);
  await sweepLeftContainers(environment);
  expect(left.containers()).toEqual([]);
  expect(living.containers()).toHaveLength(2);
  expect(notes()).toHaveLength(1);
});

test("an engine is swept of what belongs to nobody: dead owners, and those out of sight once they expired", async () => {
  const own = ownOwner();
  const project = `/sweep-test/${randomBytes(8).toString("hex")}`;
  const made = (owner: string, expires: string): string => {
    const labels = {
      "shakedown.project": project,
      "shakedown.owner": owner,
      "shakedown.expires": expires,
    };
    const args = Object.entries(labels).flatMap(([name, value]) => ["--label", `${name}=${value}`]);
    return docker("create", ...args, images.redis).stdout.trim();
  };
  const later = new Date(Date.now() + 60_000).toISOString();
  const before = new Date(Date.now() - 60_000).toISOString();
  const kept = [
    made(ownerText(own), before),
    made(ownerText({ ...own, host: "another", pid: 1 }), later),
  ];
  made(ownerText({ ...own, startTime: "1" }), later);
  made(ownerText({ ...own, boot: "the last one" }), later);
  made(ownerText({ ...own, host: "another", pid: 1 }), before);
  made("nonsense", "nonsense");
  onTestFinished(() => {
    for (const id of containersWith(`shakedown.project=${project}`)) docker("rm", "-fv", id);
  });
  const engine = await findEngine(environment);
  expect(await sweepEngine(engine.api)).toBeGreaterThanOrEqual(4);
  expect(containersWith(`shakedown.project=${project}`).toSorted()).toEqual(kept.toSorted());
});
