import { readFile } from "node:fs/promises";
import { runCommand } from "../../process/run-command.ts";
import type { CheckResult, MachineCheck } from "../check.ts";

const openFilesNeeded = 1024;
const processesNeeded = 256;

/** Limits of this shell, which the services inherit. */
export const checkLimits: MachineCheck = async () => {
  const limits = process.platform === "linux" ? await readProc() : await askShell();
  return [
    judge("open files", limits.openFiles, openFilesNeeded, "ulimit -n 4096"),
    judge("processes", await lowestProcesses(limits.processes), processesNeeded, "ulimit -u 2048"),
  ];
};

interface Limits {
  readonly openFiles: number;
  readonly processes: number;
}

function judge(
  name: string,
  limit: number,
  needed: number,
  command: string,
): Omit<CheckResult, "area"> {
  const seen = Number.isFinite(limit) ? `at most ${limit}` : "no limit";
  if (limit >= needed) return { name, state: "ok", seen };
  return {
    name,
    state: "failed",
    seen,
    needed: String(needed),
    remedy: `Raise it in the shell that starts the run: ${command}`,
  };
}

async function readProc(): Promise<Limits> {
  const text = await readFile("/proc/self/limits", "utf8");
  const soft = (row: string): number =>
    toNumber(new RegExp(`^Max ${row} +(\\S+)`, "m").exec(text)?.[1]);
  return { openFiles: soft("open files"), processes: soft("processes") };
}

async function askShell(): Promise<Limits> {
  const { stdout } = await runCommand({
    title: "ulimit",
    command: "/bin/sh",
    args: ["-c", "ulimit -n; ulimit -u"],
    cwd: "/",
    env: {},
  });
  const [openFiles, processes] = stdout.trim().split("\n");
  return { openFiles: toNumber(openFiles), processes: toNumber(processes) };
}

/** A container has a limit of its own beside the user's. */
async function lowestProcesses(limit: number): Promise<number> {
  const texts = await Promise.all(
    ["/sys/fs/cgroup/pids.max", "/sys/fs/cgroup/pids/pids.max"].map(
      (file) => readFile(file, "utf8").catch(() => "max"), // no control group, or not this version of them
    ),
  );
  return Math.min(limit, ...texts.map((text) => toNumber(text.trim())));
}

function toNumber(text: string | undefined): number {
  const number = Number(text);
  return Number.isNaN(number) ? Number.POSITIVE_INFINITY : number;
}
