import { readFileSync, readdirSync } from "node:fs";

/** The command lines of all living processes whose environment or arguments hold `mark`. */
export function markedProcesses(mark: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .flatMap((pid) => {
      const command = read(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim();
      return read(`/proc/${pid}/environ`).includes(mark) || command.includes(mark)
        ? [`${pid} ${command}`]
        : [];
    });
}

function read(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    // The process is gone, or another user's.
    return "";
  }
}
