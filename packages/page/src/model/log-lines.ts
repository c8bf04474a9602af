export interface LogLine {
  readonly text: string;
  readonly stream: "out" | "err" | "shakedown" | "none";
  /** Absent where the line does not begin with its time. */
  readonly atEpochMs?: number;
}

const head = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) (out|err|shakedown) ?/;

/** "2026-11-21T09:00:00.123Z out listening on 8080" */
export function toLogLine(line: string): LogLine {
  const [all, time, stream] = head.exec(line.slice(0, 40)) ?? [];
  if (all === undefined || time === undefined) return { text: line, stream: "none" };
  return {
    text: line.slice(all.length),
    stream: stream === "err" ? "err" : stream === "out" ? "out" : "shakedown",
    atEpochMs: Date.parse(time),
  };
}

/** "+12 ms" after the test began; in seconds when it took longer. */
export function offsetText(atEpochMs: number | undefined, startEpochMs: number): string {
  if (atEpochMs === undefined) return "";
  const ms = Math.round(atEpochMs - startEpochMs);
  const sign = ms < 0 ? "−" : "+";
  const size = Math.abs(ms);
  return size < 10_000 ? `${sign}${size} ms` : `${sign}${(size / 1000).toFixed(1)} s`;
}
