// Time to ready and clean-up of Redis, PostgreSQL and MariaDB: native, in containers of ours, and by testcontainers.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import testcontainers from "testcontainers/package.json" with { type: "json" };
import { planFormat, type StackPlan } from "../packages/shakedown/src/stack/plan.ts";
import { openSession } from "../packages/shakedown/src/supervisor/client.ts";
import type { Prepare, ServiceName } from "./container-contenders.ts";
import { median } from "./median.ts";
import type { Figures } from "./saved-result.ts";

export const about =
  "Time to the first answer, and clean-up, of Redis, PostgreSQL and MariaDB: our native providers (caches filled), our container " +
  "provider (for both a supervisor that runs already), and testcontainers (its modules with their defaults, its reaper off, whose image cannot be had here). Both container " +
  "ways on one engine and the same local images, made from Debian's packages; all ways interleaved, one at a time. Clean-up is an " +
  "explicit stop. The supervisor's memory grows with attached clients by what stands last.";

export const labels = labelsOf();

function labelsOf(): Record<string, string> {
  const ways = { native: "native", ours: "our container", testcontainers: "testcontainers" };
  const subjects = {
    redis: "Redis",
    postgres: "PostgreSQL",
    mariadb: "MariaDB",
    all: "all three together",
  };
  const labels: Record<string, string> = { rounds: "runs of each", engine: "on" };
  for (const [subject, title] of Object.entries(subjects)) {
    for (const [way, by] of Object.entries(ways)) {
      labels[`${subject}_${way}_ms`] = `${title} ready, ${by}, ms`;
      labels[`${subject}_${way}_stop_ms`] = `${title} cleaned up, ${by}, ms`;
    }
    const goal = { redis: " (goal: 20)", postgres: " (goal: 10)" }[subject] ?? "";
    labels[`${subject}_native_times_faster`] =
      `${title}: native faster than testcontainers, times${goal}`;
    labels[`${subject}_ours_times_faster`] =
      `${title}: our container faster than testcontainers, times (goal: 1)`;
  }
  labels["attached_client_mb"] = "an attached client costs the supervisor, MB (goal: at most 0.5)";
  return labels;
}

const clients = 20;

export async function run(): Promise<Figures> {
  // Its image cannot be had without a registry.
  process.env["TESTCONTAINERS_RYUK_DISABLED"] = "true";
  const contenders = await import("./container-contenders.ts");
  const { native, ours, theirs, serviceNames } = contenders;
  const ways: readonly (readonly [string, Prepare])[] = [
    ["native", native],
    ["ours", ours],
    ["testcontainers", theirs],
  ];
  const rounds = Number(process.env["BENCH_ROUNDS"] ?? 9);
  const took: Record<string, number[]> = {};
  const note = (key: string, ms: number): void => void (took[key] ??= []).push(ms);

  // The first round fills caches and loads modules.
  for (let round = 0; round <= rounds; round += 1) {
    for (const subject of [...serviceNames, "all"] as const) {
      for (const [way, prepare] of ways) {
        const names = subject === "all" ? serviceNames : [subject];
        const times = await timeOne(prepare, names);
        if (round === 0) continue;
        note(`${subject}_${way}_ms`, times.readyMs);
        note(`${subject}_${way}_stop_ms`, times.stopMs);
      }
    }
    console.log(`round ${round} of ${rounds}`);
  }
  const figures: Record<string, number | string> = { rounds, engine: engineVersion() };
  for (const key of Object.keys(labels)) {
    const values = took[key];
    if (values !== undefined) figures[key] = Math.round(median(values) * 10) / 10;
  }
  for (const subject of [...serviceNames, "all"]) {
    for (const way of ["native", "ours"]) {
      const theirs = median(took[`${subject}_testcontainers_ms`] ?? []);
      const own = median(took[`${subject}_${way}_ms`] ?? []);
      figures[`${subject}_${way}_times_faster`] = Math.round((theirs / own) * 10) / 10;
    }
  }
  figures["attached_client_mb"] = await attachedClientMegabytes();
  return figures;
}

async function timeOne(
  prepare: Prepare,
  names: readonly ServiceName[],
): Promise<{ readonly readyMs: number; readonly stopMs: number }> {
  const prepared = await Promise.all(names.map(prepare));
  const startedMs = performance.now();
  const stops = await Promise.all(prepared.map((contender) => contender.start()));
  const readyMs = performance.now();
  await Promise.all(stops.map((stop) => stop()));
  const stoppedMs = performance.now();
  for (const contender of prepared) await contender[Symbol.asyncDispose]();
  return { readyMs: readyMs - startedMs, stopMs: stoppedMs - readyMs };
}

function engineVersion(): string {
  const asked = spawnSync("docker", ["version", "--format", "{{.Server.Version}}"], {
    encoding: "utf8",
  });
  return `Docker ${asked.stdout.trim()}, testcontainers ${testcontainers.version}`;
}

/** What each of many sessions that are open at once adds to the supervisor's resident memory. */
async function attachedClientMegabytes(): Promise<number> {
  const root = join(import.meta.dirname, "start-project");
  const file = join(root, "shakedown.stack.ts");
  const environment = process.env as Record<string, string>;
  const plan: StackPlan = { format: planFormat, file, root, startTimeoutMs: 60_000, services: [] };
  const attach = () => openSession({ plan, environment, purpose: "run" });
  await using first = await attach();
  const { pid } = await first.status();
  const added: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const before = residentBytes(pid);
    const sessions = await Promise.all(Array.from({ length: clients }, attach));
    added.push((residentBytes(pid) - before) / clients / 1e6);
    for (const session of sessions) await session[Symbol.asyncDispose]();
  }
  // The first round pays for what all later ones use again.
  return Math.round(Math.max(...added) * 1000) / 1000;
}

function residentBytes(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kilobytes) * 1024;
}
