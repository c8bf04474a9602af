import { durationText } from "../kit/duration-text.ts";
import type { Paint } from "../kit/paint.ts";
import { printableLine } from "../kit/printable.ts";
import type { ServiceStatus, SupervisorStatus } from "../supervisor/protocol.ts";
import { keepText } from "./keep-text.ts";
import { table } from "./table.ts";
import { wrap } from "./wrap.ts";

export interface RenderStatusOptions {
  readonly nowEpochMs: number;
  readonly paint: Paint;
  readonly columns: number;
}

/** All about one stack, in lines that fit the terminal; only what has no spaces, a URL or a path, may be longer. */
export function renderStatus(
  status: SupervisorStatus,
  { nowEpochMs, paint, columns }: RenderStatusOptions,
): string {
  const block = (title: string, text: string): string =>
    ` ${wrap(`${title.padEnd(10)}  ${text}`, { columns: columns - 1, indent: 13 })}\n`;
  const { pid, version, memoryBytes, startedEpochMs, owner } = status;
  const age = durationText(nowEpochMs - startedEpochMs);
  const head = [
    ["stack", status.stackFile],
    [
      "supervisor",
      `pid ${pid}${owner === undefined ? "" : ` of ${owner}`}, version ${version}, up ${age}, ${bytesText(memoryBytes)}`,
    ],
    ["", keepText(status)],
  ].map(([title = "", text = ""]) => block(title, text));
  const reasons = status.services.flatMap(({ name, provider, detail }) => [
    ...(provider === undefined ? [] : [block(name, `${provider.kind}: ${provider.reason}`)]),
    ...(provider?.passedOver ?? []).map(({ kind, reason }) => block("", `not ${kind}: ${reason}`)),
    ...(detail === undefined ? [] : [block(name, detail)]),
  ]);
  const sections = [
    head.join(""),
    renderServices(status.services, { nowEpochMs, paint, columns }),
    paint("dim", reasons.join("").trimEnd()) + (reasons.length === 0 ? "" : "\n"),
    table(slotRows(status)),
    keptLines(status),
    clientLines(status, { nowEpochMs, paint, columns }).join(""),
  ];
  return sections.filter((section) => section !== "" && section !== paint("dim", "")).join("\n");
}

/** A line of columns for each service, and its URL below. */
function renderServices(
  services: readonly ServiceStatus[],
  { nowEpochMs, paint }: RenderStatusOptions,
): string {
  const head = ["service", "state", "from", "memory", "up"];
  const rows = services.map((service) => {
    const { name, provider, memoryBytes, sinceEpochMs } = service;
    return [
      name,
      stateText(service),
      provider === undefined ? "" : clipped(`${provider.kind} ${provider.version}`),
      memoryBytes === undefined ? "" : bytesText(memoryBytes),
      sinceEpochMs === undefined || waits(service) ? "" : durationText(nowEpochMs - sinceEpochMs),
    ];
  });
  const lines = table([head, ...rows], (cell, row, column) => {
    if (row === 0) return paint("dim", cell);
    return column === 1 ? paintState(cell, paint) : cell;
  })
    .trimEnd()
    .split("\n");
  const width = Math.max("service".length, ...services.map(({ name }) => name.length));
  return lines
    .flatMap((line, index) => {
      const url = services[index - 1]?.url;
      return url === undefined ? [line] : [line, ` ${" ".repeat(width)}  ${paint("cyan", url)}`];
    })
    .map((line) => `${line}\n`)
    .join("");
}

/** Nothing of it runs until a worker comes. */
function waits({ state, per, url, pids = [] }: ServiceStatus): boolean {
  return state === "ready" && per !== "run" && url === undefined && pids.length === 0;
}

function stateText(service: ServiceStatus): string {
  if (waits(service)) return service.per === "slot" ? "with each worker" : "with each test";
  return service.per === "run" ? service.state : `${service.state}, per ${service.per}`;
}

const longestFrom = 30;

function clipped(text: string): string {
  return text.length > longestFrom ? `${text.slice(0, longestFrom - 1)}…` : text;
}

function slotRows({ slots }: SupervisorStatus): string[][] {
  return slots.map(({ slot, held, holder, generation, services }) => [
    `slot ${slot}`,
    held ? `held${holder === undefined ? "" : ` by pid ${holder.pid}`}` : "free",
    services.join(", "),
    generation === 0 ? "" : `made anew ${generation} ${generation === 1 ? "time" : "times"}`,
  ]);
}

/** A line for each failed test whose data is kept. */
function keptLines({ kept = [] }: SupervisorStatus): string {
  return [...Map.groupBy(kept, ({ reason }) => reason)]
    .map(([reason, parts]) => {
      const services = parts.map(({ service }) => service).join(", ");
      return ` kept  ${services}, as ${printableLine(reason.replace(/ failed$/, ""), 100)} left it\n`;
    })
    .join("");
}

function clientLines(
  { sessions }: SupervisorStatus,
  { nowEpochMs, columns }: RenderStatusOptions,
): string[] {
  return sessions.map(({ purpose, holder, sinceEpochMs, command }) => {
    const line = ` client of ${purpose}, pid ${holder.pid}, for ${durationText(nowEpochMs - sinceEpochMs)}`;
    const rest = columns - line.length - 3;
    if (command === undefined || rest < 12) return `${line}\n`;
    return `${line}: ${command.length > rest ? `${command.slice(0, rest - 1)}…` : command}\n`;
  });
}

/** "41 MB", "1.2 GB" */
export function bytesText(bytes: number): string {
  if (bytes < 1e6) return `${Math.round(bytes / 1e3)} kB`;
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

function paintState(text: string, paint: Paint): string {
  if (text.startsWith("ready")) return paint("green", text);
  return text.startsWith("failed") || text.startsWith("exited") ? paint("red", text) : text;
}
