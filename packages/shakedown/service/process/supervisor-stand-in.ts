// Started by leash.test.ts, and killed by it: `node supervisor-stand-in.ts <cookie> <folder> <seed>`.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { StartOptions } from "../../src/process/managed-process.ts";
import { openProcesses } from "../../src/process/open-processes.ts";

const [cookie = "", folder = ""] = process.argv.slice(2);
const processes = await openProcesses({ cookie });

const stubborn = 'trap "" TERM INT HUP; while :; do sleep 1000; done';
const forking = "sleep 1001 & sleep 1002 & wait";
const leaving = "setsid sh -c 'trap \"\" TERM; sleep 1003; sleep 1004' & wait";

for (let round = 0; ; round += 1) {
  const data = join(folder, String(round));
  await mkdir(data);
  await processes.removeOnDeath(data);
  await Promise.all(
    [stubborn, forking, leaving].map((script) => processes.start(optionsFor(script, data))),
  );
  process.stdout.write(`round ${round}\n`);
}

function optionsFor(script: string, data: string): StartOptions {
  return {
    title: "stand-in",
    command: "sh",
    args: ["-c", script],
    cwd: data,
    env: { PATH: process.env["PATH"] ?? "" },
    stopSteps: [{ signal: "SIGTERM", to: "group", waitMs: 100 }],
    deathSignal: "SIGTERM",
    onLine: () => undefined,
  };
}
