import type { ServiceEvent } from "../events/run-event.ts";
import { durationText } from "../kit/duration-text.ts";
import { printableLine } from "../kit/printable.ts";
import type { StackPlan } from "../stack/plan.ts";
import type { Lifetime } from "../stack/service.ts";
import { type ServiceRow, serviceLines } from "../reports/service-line.ts";
import type { Terminal } from "./terminal.ts";

export interface ServiceBoardOptions {
  readonly plan: StackPlan;
  readonly terminal: Pick<Terminal, "paint" | "redraws" | "columns">;
  readonly write: (text: string) => void;
}

/** Shows services while they start: one line each, drawn over on a terminal, appended once it is ready elsewhere. */
export interface ServiceBoard extends Disposable {
  show(event: ServiceEvent): void;
}

const redrawEveryMs = 100;

/** The run's part of a service that lives in slots may be no process at all: only what is known of its provider. */
const startsNothingMs = 10;

export function openServiceBoard(options: ServiceBoardOptions): ServiceBoard {
  return options.terminal.redraws ? drawnBoard(options) : appendedBoard(options);
}

/** For logs of CI, and where another program draws on the same terminal. */
export function appendedBoard({ plan, terminal, write }: ServiceBoardOptions): ServiceBoard {
  const shown = new Set<string>();
  const names = toServicesShown(plan);
  return {
    show(event) {
      const row = settledRow(event, names);
      const key = `${row?.name}${row?.mark}`;
      if (row === undefined || shown.has(key)) return;
      shown.add(key);
      write(`${serviceLines([padded(row, names)], terminal.paint).join("\n")}\n`);
    },
    [Symbol.dispose]() {},
  };
}

function drawnBoard({ plan, terminal, write }: ServiceBoardOptions): ServiceBoard {
  const names = toServicesShown(plan);
  const rows = new Map<string, ServiceRow>();
  const sinceMs = new Map<string, number>();
  let drawn = 0;
  const draw = (): void => {
    const now = performance.now();
    const lines = serviceLines(
      [...rows.values()].map((row) => withElapsed(row, now - (sinceMs.get(row.name) ?? now))),
      terminal.paint,
    );
    // A line that wraps would make the count of lines to go back up wrong.
    const clipped = lines.map((line) => clip(line, terminal.columns));
    write(
      `${drawn === 0 ? "" : `\u001B[${drawn}A`}\u001B[J${clipped.map((line) => `${line}\n`).join("")}`,
    );
    drawn = clipped.length;
  };
  const timer = setInterval(() => {
    if ([...rows.values()].some(({ mark }) => mark === "starting")) draw();
  }, redrawEveryMs);
  timer.unref();
  return {
    show(event) {
      if (event.type === "service:stopped" && rows.get(titleOf(event))?.mark === "starting") {
        // Given up because another one failed, whose line says so.
        rows.delete(titleOf(event));
        draw();
      }
      const row = settledRow(event, names) ?? startingRow(event, names);
      if (row === undefined) return;
      const known = rows.get(row.name);
      // A second slot, or a new generation of one, is no news.
      if (known !== undefined && known.mark !== "starting" && row.mark === "starting") return;
      if (!sinceMs.has(row.name)) sinceMs.set(row.name, performance.now());
      rows.set(row.name, row);
      draw();
    },
    [Symbol.dispose]() {
      clearInterval(timer);
    },
  };
}

type ServicesShown = ReadonlyMap<string, { readonly engine: string; readonly per: Lifetime }>;

function toServicesShown({ services }: StackPlan): ServicesShown {
  return new Map(services.map(({ name, engine, per }) => [name, { engine: engine.name, per }]));
}

/** The line of a service that got somewhere; undefined for all other news. */
function settledRow(event: ServiceEvent, services: ServicesShown): ServiceRow | undefined {
  if (event.type === "service:ready") {
    const forSlots =
      event.slot === undefined &&
      event.tookMs < startsNothingMs &&
      services.get(event.service)?.per !== "run";
    const took = `${event.slot === undefined ? "started" : "ready"} in ${durationText(event.tookMs)}`;
    return {
      mark: forSlots ? "waiting" : "ready",
      name: titleOf(event),
      what: event.provider?.version ?? event.engine,
      provider: event.provider?.kind ?? "",
      state: `${forSlots ? "starts with each worker" : event.attached ? "was running" : took}${event.note === undefined ? "" : ` (${event.note})`}`,
    };
  }
  if (event.type === "service:failed") {
    return {
      mark: "failed",
      name: titleOf(event),
      what: services.get(event.service)?.engine ?? "",
      provider: "",
      state: "did not start",
    };
  }
  if (event.type === "service:exited") {
    return {
      mark: "failed",
      name: titleOf(event),
      what: services.get(event.service)?.engine ?? "",
      provider: "",
      state: `ended: ${printableLine(event.how)}`,
    };
  }
  return undefined;
}

function startingRow(event: ServiceEvent, services: ServicesShown): ServiceRow | undefined {
  if (event.type !== "service:starting" && event.type !== "service:progress") return undefined;
  const waits =
    event.type === "service:starting" && event.waitedFor.length > 0
      ? `starting, after ${event.waitedFor.join(", ")}`
      : "starting";
  return {
    mark: "starting",
    name: titleOf(event),
    what: services.get(event.service)?.engine ?? "",
    provider: "",
    state: event.type === "service:progress" ? printableLine(event.step) : waits,
  };
}

function titleOf({ service, slot }: { readonly service: string; readonly slot?: number }): string {
  return slot === undefined ? service : `${service}.${slot}`;
}

function withElapsed(row: ServiceRow, elapsedMs: number): ServiceRow {
  return row.mark === "starting" && elapsedMs >= 1000
    ? { ...row, state: `${row.state} (${durationText(elapsedMs)})` }
    : row;
}

/** Lines appended one by one still stand under each other: the names are known from the start, the rest has usual widths. */
function padded(row: ServiceRow, services: ServicesShown): ServiceRow {
  const width = Math.max(...Array.from(services.keys(), (name) => name.length + 2));
  return {
    ...row,
    name: row.name.padEnd(width),
    what: row.what.padEnd(14),
    provider: row.provider.padEnd(8),
  };
}

function clip(line: string, columns: number): string {
  // oxlint-disable-next-line no-control-regex
  const parts = line.split(/(\u001B\[\d+m)/);
  const length = parts.reduce((sum, part, index) => sum + (index % 2 === 1 ? 0 : part.length), 0);
  if (length < columns) return line;
  let room = columns - 2;
  const cut = parts.map((part, index) => {
    if (index % 2 === 1) return part;
    const taken = part.slice(0, Math.max(0, room));
    room -= taken.length;
    return taken;
  });
  return `${cut.join("")}…`;
}
