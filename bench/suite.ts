// 1 575 tests of the home-security system's kinds: on Shakedown with a reset before each test, and on bare Vitest with none.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandLine, root } from "../scripts/places.ts";
import { startBarePostgres } from "./bare-postgres.ts";
import { startBareRedis } from "./bare-redis.ts";
import { median } from "./median.ts";
import type { Figures } from "./saved-result.ts";
import { type Flavour, testCount, writeSuite } from "./suite-tests.ts";

export const about =
  "1 575 tests of the kinds that the home-security example has, in the proportions of the system it follows (API, WebSocket, " +
  "services on Redis, database, errors, pipeline, repositories), on that example's server in a process of its own: on " +
  "Shakedown, which starts everything, gives each worker a database, a Redis and a server and resets them before each test; " +
  "and on bare Vitest without isolation, on a PostgreSQL and a Redis that are running already. Whole wall time, runs " +
  "interleaved. The system it follows took 169 s serially and 33 s with 8 workers for as many tests.";

export const labels = {
  tests: "tests",
  rounds: "runs of each",
  bare_1_worker_s: "bare Vitest, 1 worker, s",
  shakedown_1_worker_s: "Shakedown, 1 worker, s",
  ratio_1_worker: "ratio, 1 worker (goal: 1.15)",
  added_ms_per_test_1_worker: "added per test, 1 worker, ms",
  bare_2_workers_s: "bare Vitest, 2 workers, s",
  shakedown_2_workers_s: "Shakedown, 2 workers, s (goal: 20)",
  ratio_2_workers: "ratio, 2 workers (goal: 1.15)",
  added_ms_per_test_2_workers: "added per test, 2 workers, ms",
};

const project = join(import.meta.dirname, "suite-project");
const config = join(project, "vitest.config.ts");
const stack = join(root, "examples", "home-security", "shakedown.stack.ts");

export async function run(): Promise<Figures> {
  const rounds = Number(process.env["BENCH_ROUNDS"] ?? 3);
  writeSuite(project);
  await using postgres = await startBarePostgres();
  await using redis = await startBareRedis();
  const bareUrls = { BARE_POSTGRES_URL: postgres.url, BARE_REDIS_URL: redis.url };
  const figures: Record<string, number> = { tests: testCount, rounds };
  for (const workers of [1, 2]) {
    const took: Record<Flavour, number[]> = { bare: [], shakedown: [] };
    for (let round = 0; round < rounds; round += 1) {
      for (const flavour of ["bare", "shakedown"] as const) {
        took[flavour].push(await timeRun(flavour, workers, bareUrls));
        console.log(
          `${workers} workers, round ${round + 1}, ${flavour}: ${((took[flavour].at(-1) ?? 0) / 1000).toFixed(2)} s`,
        );
      }
    }
    const [bareMs, shakedownMs] = [median(took.bare), median(took.shakedown)];
    const plural = workers === 1 ? "worker" : "workers";
    figures[`bare_${workers}_${plural}_s`] = round(bareMs / 1000);
    figures[`shakedown_${workers}_${plural}_s`] = round(shakedownMs / 1000);
    figures[`ratio_${workers}_${plural}`] = round(shakedownMs / bareMs);
    figures[`added_ms_per_test_${workers}_${plural}`] = round(
      ((shakedownMs - bareMs) * workers) / testCount,
    );
  }
  rmSync(join(project, "generated"), { recursive: true, force: true });
  return figures;
}

async function timeRun(
  flavour: Flavour,
  workers: number,
  bareUrls: Readonly<Record<string, string>>,
): Promise<number> {
  const scratch = mkdtempSync(join(tmpdir(), "shakedown-bench-"));
  const results = join(scratch, "results.json");
  const vitestArguments = [`--maxWorkers=${workers}`, "--reporter=json", `--outputFile=${results}`];
  const args =
    flavour === "bare"
      ? [
          join(root, "node_modules", "vitest", "vitest.mjs"),
          "run",
          "--config",
          "bare.config.ts",
          ...vitestArguments,
        ]
      : [commandLine, "run", "--stack", stack, "--", "--config", config, ...vitestArguments];
  const startedMs = performance.now();
  const output: string[] = [];
  await new Promise<void>((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: project,
      // The same PostgreSQL on both sides.
      env: { ...process.env, ...bareUrls, SHAKEDOWN_PREFER: "db=embedded" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => output.push(chunk.toString()));
    child.on("error", reject);
    child.on("exit", (code) =>
      code === 0
        ? resolve()
        : reject(new Error(`${flavour} ended with ${code}\n${output.join("")}`)),
    );
  });
  const tookMs = performance.now() - startedMs;
  const { numPassedTests } = JSON.parse(readFileSync(results, "utf8")) as {
    readonly numPassedTests: number;
  };
  rmSync(scratch, { recursive: true, force: true });
  if (numPassedTests !== testCount)
    throw new Error(`${flavour}: ${numPassedTests} of ${testCount} tests passed`);
  return tookMs;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
