import { durationText } from "../../kit/duration-text.ts";
import type { Paint } from "../../kit/paint.ts";
import { findSupervisor } from "../../supervisor/client.ts";
import type { ServiceStatus, SupervisorStatus } from "../../supervisor/protocol.ts";
import { command } from "../command.ts";
import { locateStack } from "../load-stack.ts";
import { table } from "../table.ts";

export const statusCommand = command({
  name: "status",
  summary: "Show what is running, where each service came from, and who uses it",
  usage: "",
  options: {},
  positionals: { least: 0, most: 0, what: "" },
  async run({ options, cwd, environment, terminal }) {
    const stackFile = locateStack({ cwd, named: options.stack });
    const status = await (await findSupervisor(stackFile, environment))?.status();
    if (options.json === true)
      terminal.out(
        `${JSON.stringify(status === undefined ? { stackFile, running: false } : { running: true, ...status }, null, 2)}\n`,
      );
    else if (status === undefined)
      terminal.out(`Nothing is running for ${stackFile}. Start it with: shakedown up\n`);
    else terminal.out(renderStatus(status, Date.now(), terminal.paint));
    return 0;
  },
});

export function renderStatus(status: SupervisorStatus, nowEpochMs: number, paint: Paint): string {
  const head = ["service", "engine", "state", "from", "url"];
  const services = table([head, ...status.services.map(serviceCells)], (cell, row, column) => {
    if (row === 0) return paint("dim", cell);
    return column === 2 ? paintState(cell, paint) : cell;
  });
  const reasons = status.services.flatMap(({ name, provider, detail }) => [
    ...(provider === undefined ? [] : [[name, `${provider.kind}: ${provider.reason}`]]),
    ...(provider?.passedOver ?? []).map(({ kind, reason }) => ["", `not ${kind}: ${reason}`]),
    ...(detail === undefined ? [] : [[name, detail]]),
  ]);
  const slots = status.slots.map(({ slot, held, generation, services: names }) => [
    `slot ${slot}`,
    held ? "held" : "free",
    names.join(", "),
    generation === 0 ? "" : `made anew ${generation} ${generation === 1 ? "time" : "times"}`,
  ]);
  const sessions = status.sessions.map(({ purpose, holder, sinceEpochMs }) => [
    `session of ${purpose}`,
    `pid ${holder.pid}`,
    `for ${durationText(nowEpochMs - sinceEpochMs)}`,
  ]);
  const sections = [
    table([
      ["stack", status.stackFile],
      ["supervisor", supervisorText(status, nowEpochMs)],
    ]),
    services,
    table(reasons, (cell) => paint("dim", cell)),
    table(slots),
    table(sessions),
  ];
  return sections.filter((section) => section !== "").join("\n");
}

function supervisorText(
  { pid, version, memoryBytes, startedEpochMs, keep }: SupervisorStatus,
  nowEpochMs: number,
): string {
  const stays = keep ? "stays until `shakedown down`" : "ends with its last session";
  return `pid ${pid}, version ${version}, up ${durationText(nowEpochMs - startedEpochMs)}, ${Math.round(memoryBytes / 1e6)} MB, ${stays}`;
}

function serviceCells({ name, engine, per, state, provider, url }: ServiceStatus): string[] {
  const from = provider === undefined ? "" : `${provider.kind} ${provider.version}`;
  return [name, engine, per === "run" ? state : `${state}, per ${per}`, from, url ?? ""];
}

function paintState(text: string, paint: Paint): string {
  if (text.startsWith("ready")) return paint("green", text);
  return text.startsWith("failed") || text.startsWith("exited") ? paint("red", text) : text;
}
