// How long `shakedown up` takes on a stack of PostgreSQL and Redis, from the command to its end, as a user waits for it.
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { commandLine } from "../scripts/places.ts";
import { median, quantile } from "./median.ts";
import type { Figures } from "./saved-result.ts";

export const about =
  "`shakedown up` on a stack of PostgreSQL (with a migration) and Redis, from the start of the command to its end: with caches " +
  "filled and nothing running; then attaching to the stack that runs. Node's own start is in every figure, and stands beside them.";

export const labels = {
  rounds: "runs of each",
  start_ms: "up, nothing running, ms (goal: under 200)",
  start_p90_ms: "the same, 9 of 10 are faster, ms",
  attach_ms: "up, already running, ms (goal: under 100)",
  attach_p90_ms: "the same, 9 of 10 are faster, ms",
  node_ms: "of which Node starts and ends, ms",
  down_ms: "down, ms",
  supervisor_mb: "supervisor's resident memory, MB (goal: at most 80)",
};

const project = join(import.meta.dirname, "start-project");

export async function run(): Promise<Figures> {
  const rounds = Number(process.env["BENCH_ROUNDS"] ?? 15);
  await shakedown("up"); // fills the caches
  await shakedown("down");
  const took = {
    start: [] as number[],
    attach: [] as number[],
    down: [] as number[],
    node: [] as number[],
    memory: [] as number[],
  };
  try {
    for (let round = 0; round < rounds; round += 1) {
      took.start.push(await shakedown("up"));
      took.attach.push(await shakedown("up"));
      took.memory.push(supervisorMegabytes());
      took.down.push(await shakedown("down"));
      took.node.push(await timed(["-e", ""]));
    }
  } finally {
    await shakedown("down");
  }
  return {
    rounds,
    start_ms: Math.round(median(took.start)),
    start_p90_ms: Math.round(quantile(took.start, 0.9)),
    attach_ms: Math.round(median(took.attach)),
    attach_p90_ms: Math.round(quantile(took.attach, 0.9)),
    node_ms: Math.round(median(took.node)),
    down_ms: Math.round(median(took.down)),
    supervisor_mb: Math.round(median(took.memory)),
  };
}

function shakedown(command: string): Promise<number> {
  return timed([commandLine, command]);
}

async function timed(args: readonly string[]): Promise<number> {
  const startedMs = performance.now();
  const output: string[] = [];
  await new Promise<void>((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: project,
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => output.push(chunk.toString()));
    child.on("error", reject);
    child.on("exit", (code) =>
      code === 0
        ? resolve()
        : reject(new Error(`${args.join(" ")}: exit status ${code}\n${output.join("")}`)),
    );
  });
  return performance.now() - startedMs;
}

/** As the kernel counts it, where it tells; else as the supervisor says. */
function supervisorMegabytes(): number {
  const answer = spawnSync(process.execPath, [commandLine, "status", "--json"], {
    cwd: project,
    encoding: "utf8",
  });
  const { pid, memoryBytes } = JSON.parse(answer.stdout) as {
    readonly pid: number;
    readonly memoryBytes: number;
  };
  if (process.platform !== "linux") return memoryBytes / 1e6;
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return (Number(kilobytes) * 1024) / 1e6;
}
