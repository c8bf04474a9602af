import { basename, dirname } from "node:path";
import { durationText } from "../../kit/duration-text.ts";
import { findSupervisor } from "../../supervisor/client.ts";
import { findSupervisors } from "../../supervisor/find-supervisors.ts";
import { placesOf } from "../../supervisor/places.ts";
import type { SupervisorStatus } from "../../supervisor/protocol.ts";
import { endText, readReuseRecord } from "../../supervisor/reuse-record.ts";
import { command, type CommandCall } from "../command.ts";
import { keepText } from "../keep-text.ts";
import { locateStack } from "../load-stack.ts";
import { bytesText, renderStatus } from "../render-status.ts";
import { whyLines } from "../reuse-text.ts";
import { wrap } from "../wrap.ts";

const statusOptions = {
  all: { type: "boolean", summary: "Every stack of yours that runs on this machine, a line each." },
  why: {
    type: "boolean",
    summary: "Also tell why the services that ran before were not used again.",
  },
} as const;

export const statusCommand = command({
  name: "status",
  summary: "Show what is running, where each service came from, and who uses it",
  usage: "",
  options: statusOptions,
  positionals: { least: 0, most: 0, what: "" },
  async run(call) {
    if (call.options.all === true) return statusOfAll(call);
    const { options, cwd, environment, terminal } = call;
    const stackFile = locateStack({ cwd, named: options.stack });
    const status = await (await findSupervisor(stackFile, environment))?.status();
    const record = readReuseRecord(placesOf(stackFile));
    if (options.json === true) {
      const last = record?.ended === undefined ? {} : { ended: record.ended };
      const facts =
        status === undefined
          ? { stackFile, running: false, ...last }
          : { running: true, ...status };
      terminal.out(`${JSON.stringify(facts, null, 2)}\n`);
      return 0;
    }
    if (status === undefined) {
      const ended = options.why === true && record?.ended !== undefined ? record.ended : undefined;
      const why = ended === undefined ? "" : `${capital(endText(ended))}.\n`;
      terminal.out(
        `Nothing is running for ${stackFile}.\n${why}${terminal.words("Start it with: shakedown up")}\n`,
      );
      return 0;
    }
    const { paint, columns } = terminal;
    terminal.out(terminal.words(renderStatus(status, { nowEpochMs: Date.now(), paint, columns })));
    if (options.why === true && status.reuse !== undefined) {
      const lines = whyLines(status.reuse).map(
        (line) => ` ${wrap(line, { columns: columns - 1, indent: 5 })}`,
      );
      terminal.out(`\n${lines.join("\n")}\n`);
    }
    return 0;
  },
});

async function statusOfAll({
  options,
  environment,
  terminal,
}: CommandCall<typeof statusOptions>): Promise<number> {
  const found = await findSupervisors(environment);
  const all = await Promise.all(
    found.map(async ({ pid, stackFile, status }) => ({ pid, stackFile, status: await status() })),
  );
  if (options.json === true) {
    const stacks = all.map(
      ({ pid, stackFile, status }) => status ?? { pid, stackFile, silent: true },
    );
    terminal.out(`${JSON.stringify({ stacks }, null, 2)}\n`);
  } else if (all.length === 0) terminal.out("Nothing is running.\n");
  else terminal.out(all.map((each) => terminal.words(shortStatus(each))).join("\n"));
  return 0;
}

interface OneOfAll {
  readonly pid: number;
  readonly stackFile: string;
  readonly status: SupervisorStatus | undefined;
}

function shortStatus({ pid, stackFile, status }: OneOfAll): string {
  const name = ` ${stackName(stackFile)}  ${stackFile}\n`;
  if (status === undefined)
    return `${name}   does not answer (pid ${pid}); end it with: shakedown down --all\n`;
  const { services, sessions, startedEpochMs } = status;
  const ready = services.filter(({ state }) => state === "ready").length;
  const memory = services.reduce((sum, each) => sum + (each.memoryBytes ?? 0), status.memoryBytes);
  const facts = [
    `pid ${pid}`,
    `up ${durationText(Date.now() - startedEpochMs)}`,
    `${ready} of ${services.length} services`,
    bytesText(memory),
    sessions.length === 1 ? "1 client" : `${sessions.length} clients`,
  ];
  return `${name}   ${facts.join(", ")}\n   ${keepText(status)}\n`;
}

function stackName(stackFile: string): string {
  const name = basename(stackFile).replace(/\.stack\.\w+$/, "");
  return name === "shakedown" ? basename(dirname(stackFile)) : name;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
