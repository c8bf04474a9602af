import type { Paint } from "../kit/paint.ts";
import { printable } from "../kit/printable.ts";
import type { LogLines } from "../supervisor/session.ts";

/** One line of a service's log, taken apart. */
export interface LogLine {
  readonly service: string;
  readonly slot?: number;
  /** ISO, to the millisecond: as text, the order is that of time. */
  readonly time: string;
  readonly stream: string;
  readonly text: string;
}

/** All services' lines in one stream, in the order of time; lines of one moment keep the order of their log. */
export function mergeLines(logs: readonly LogLines[]): LogLine[] {
  return logs
    .flatMap(({ service, slot, lines }) =>
      lines.map((line) => parseLine(line, { service, ...(slot === undefined ? {} : { slot }) })),
    )
    .toSorted((left, right) => (left.time < right.time ? -1 : left.time > right.time ? 1 : 0));
}

/** `12:00:00.123 api.0 │ listening on 8080` */
export function renderLine(line: LogLine, paint: Paint): string {
  const { time, stream } = line;
  const title = titleOf(line).padEnd(10);
  const text = printable(line.text).replaceAll("\n", " ");
  const shown =
    stream === "err" ? paint("red", text) : stream === "shakedown" ? paint("cyan", text) : text;
  return `${paint("dim", time.slice(11, 23).padEnd(12))} ${title} ${paint("dim", "│")} ${shown}`;
}

export function parseLine(
  line: string,
  { service, slot }: Pick<LogLine, "service" | "slot">,
): LogLine {
  const [, time = "", stream = "", text = line] = /^(\S{24}) (\S+) (.*)$/s.exec(line) ?? [];
  return { service, ...(slot === undefined ? {} : { slot }), time, stream, text };
}

function titleOf({ service, slot }: LogLine): string {
  return slot === undefined ? service : `${service}.${slot}`;
}
