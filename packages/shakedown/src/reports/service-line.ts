import type { ServiceSnapshot } from "../events/reduce-services.ts";
import { durationText } from "../kit/duration-text.ts";
import type { Paint } from "../kit/paint.ts";

export interface ServiceRow {
  /** "waiting": it starts when somebody asks for it. */
  readonly mark: "ready" | "starting" | "failed" | "waiting";
  readonly name: string;
  readonly what: string;
  readonly provider: string;
  readonly state: string;
}

/** ` ✔ db     postgres 18.4  native  started in 41 ms (data folder from cache)`, in columns that stand under each other. */
export function serviceLines(rows: readonly ServiceRow[], paint: Paint): string[] {
  const shown = rows.map((row) => ({ ...row, what: shortened(row.what) }));
  const width = (column: "name" | "what" | "provider"): number =>
    Math.max(0, ...shown.map((row) => row[column].length));
  const [name, what, provider] = [width("name"), width("what"), width("provider")];
  return shown.map((row) => {
    const columns = [
      row.name.padEnd(name),
      row.what.padEnd(what),
      ...(provider === 0 ? [] : [paint("dim", row.provider.padEnd(provider))]),
      row.state,
    ];
    return ` ${markOf(row.mark, paint)} ${columns.join("  ")}`.trimEnd();
  });
}

/** The command line of a process can be long; what comes after it matters more. */
function shortened(what: string): string {
  return what.length > mostOfWhat ? `${what.slice(0, mostOfWhat - 1)}…` : what;
}

const mostOfWhat = 20;

export function toServiceRow(service: ServiceSnapshot): ServiceRow {
  const failure = service.failures[0];
  return {
    mark: failure === undefined ? "ready" : "failed",
    name: service.name,
    what: service.provider?.version ?? service.engine ?? "",
    provider: service.provider?.kind ?? "",
    state: failure ?? stateText(service),
  };
}

function stateText({ attached, startMs, slotStartMs, note }: ServiceSnapshot): string {
  const slots = Object.values(slotStartMs);
  const parts = [
    ...(startMs === undefined
      ? []
      : [attached ? "was running" : `started in ${durationText(startMs)}`]),
    ...(slots.length === 0
      ? []
      : [
          `${slots.length} ${slots.length === 1 ? "slot" : "slots"} ready in ${durationText(Math.max(...slots))}`,
        ]),
  ];
  return `${parts.join(", ")}${note === undefined ? "" : ` (${note})`}`;
}

function markOf(mark: ServiceRow["mark"], paint: Paint): string {
  if (mark === "ready") return paint("green", "✔");
  if (mark === "waiting") return paint("dim", "○");
  return mark === "failed" ? paint("red", "✖") : paint("yellow", "…");
}
