import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as v from "valibot";
import type { Queryable } from "../database.ts";

export interface GpuMonitorParts {
  readonly database: Queryable;
  /** Prints what `nvidia-smi` prints. */
  readonly program: string;
}

const question = [
  "--query-gpu=name,utilization.gpu,memory.used,memory.total,temperature.gpu,power.draw",
  "--format=csv,noheader,nounits",
];

const percent = v.pipe(v.number(), v.minValue(0), v.maxValue(100));
const whole = v.pipe(v.number(), v.integer(), v.minValue(0));
const readingSchema = v.tuple([
  v.pipe(v.string(), v.minLength(1)),
  percent,
  whole,
  whole,
  v.nullable(v.number()),
  v.nullable(v.number()),
]);

/** Notes one line for each graphics processor. A machine without any is nothing to complain about. */
export async function recordGpus(
  { database, program }: GpuMonitorParts,
  stopping?: AbortSignal,
): Promise<number> {
  let output: string;
  try {
    ({ stdout: output } = await promisify(execFile)(program, question, {
      timeout: 10_000,
      ...(stopping === undefined ? {} : { signal: stopping }),
    }));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
    throw error;
  }
  const readings = output.trim().split("\n").map(readLine);
  for (const reading of readings)
    await database.query(
      `insert into gpu_stats (gpu_name, utilization, memory_used_mb, memory_total_mb, temperature_celsius, power_watts)
       values ($1, $2, $3, $4, $5, $6)`,
      reading,
    );
  return readings.length;
}

/** `NVIDIA RTX A5500, 37, 1024, 24564, 51, 89.5`; what a card cannot tell is `[N/A]`. */
function readLine(line: string): v.InferOutput<typeof readingSchema> {
  const [name, ...numbers] = line.split(",").map((field) => field.trim());
  const reading = [name, ...numbers.map((field) => (field === "[N/A]" ? null : Number(field)))];
  if (!v.is(readingSchema, reading)) throw new Error(`not a line of nvidia-smi: ${line}`);
  return reading;
}
