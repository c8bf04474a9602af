import { ShakedownError } from "../../errors/shakedown-error.ts";
import { nearest } from "../../kit/nearest.ts";
import {
  findSupervisor,
  followStoredLogs,
  readStoredLogs,
  type SupervisorControl,
} from "../../supervisor/client.ts";
import type { LogLines, LogQuery } from "../../supervisor/session.ts";
import { command } from "../command.ts";
import { locateStack } from "../load-stack.ts";
import { type LogLine, mergeLines, parseLine, renderLine } from "../log-lines.ts";
import { parseSince } from "../parse-since.ts";

export const logsCommand = command({
  name: "logs",
  summary: "Print what the services wrote, in the order of time",
  usage: "[service…]",
  description: [
    "The logs of the last start stay readable after the services were stopped.",
    "A line is `time service.slot │ text`, without colours where it goes to another program.",
  ],
  options: {
    follow: {
      type: "boolean",
      short: "f",
      summary: "Go on with what is written from now on, through restarts too, until Ctrl-C.",
    },
    tail: {
      type: "number",
      short: "n",
      value: "lines",
      summary: "The last lines of each service; 200 unless told, 0 for all.",
    },
    since: {
      type: "string",
      value: "time",
      summary: "Only what was written since then: 30s, 5m, 2h, or a time such as 12:30:00.",
    },
    slot: {
      type: "number",
      value: "number",
      summary: "Only this worker's slot, beside what all workers share.",
    },
  },
  async run({ options, positionals: services, cwd, environment, terminal, interrupted }) {
    const stackFile = locateStack({ cwd, named: options.stack });
    const { follow = false, json = false, tail = 200, slot, since } = options;
    const filter = {
      ...(services.length === 1 && services[0] !== undefined ? { service: services[0] } : {}),
      ...(slot === undefined ? {} : { slot }),
    };
    const query: LogQuery = {
      ...filter,
      ...(tail === 0 ? {} : { tail }),
      ...(since === undefined ? {} : { sinceEpochMs: parseSince(since, new Date()) }),
    };
    const isWanted = ({ service }: Pick<LogLines, "service">): boolean =>
      services.length === 0 || services.includes(service);
    const write = (lines: readonly LogLine[]): void => {
      const render = (line: LogLine): string =>
        json ? JSON.stringify(line) : renderLine(line, terminal.paint);
      if (lines.length > 0) terminal.out(lines.map((line) => `${render(line)}\n`).join(""));
    };

    const supervisor = await findSupervisor(stackFile, environment);
    await refuseUnknown(services, supervisor);
    // Following begins before the look back, so that no line falls between the two.
    let early: LogLine[] | undefined = [];
    const following = follow
      ? followStoredLogs(stackFile, filter, {
          onLine: ({ line, ...log }) => {
            if (!isWanted(log)) return;
            if (early === undefined) write([parseLine(line, log)]);
            else early.push(parseLine(line, log));
          },
          signal: interrupted,
        })
      : undefined;
    const found =
      supervisor === undefined
        ? await readStoredLogs(stackFile, query)
        : await supervisor.logs(query);
    const first = found.filter(isWanted);
    if (json && !follow) {
      terminal.out(`${JSON.stringify(first, null, 2)}\n`);
      return 0;
    }
    const lines = mergeLines(first);
    write(lines);
    const of = services.length === 0 ? "" : ` of ${services.join(", ")}`;
    if (follow && supervisor === undefined)
      terminal.err(`Nothing is running for ${stackFile}: waiting for what it will write.\n`);
    else if (lines.length === 0 && !follow) {
      const others = new Set(
        (await readStoredLogs(stackFile, { tail: 1 })).map((log) => log.service),
      );
      const there =
        of === "" || others.size === 0 ? "" : ` There are lines of ${[...others].join(", ")}.`;
      terminal.err(`No log lines${of} for ${stackFile}.${there}\n`);
    }
    const printed = new Set(lines.map((line) => JSON.stringify(line)));
    write(early.filter((line) => !printed.has(JSON.stringify(line))));
    early = undefined;
    await following;
    return 0;
  },
});

async function refuseUnknown(
  services: readonly string[],
  supervisor: SupervisorControl | undefined,
): Promise<void> {
  if (services.length === 0 || supervisor === undefined) return;
  const known = (await supervisor.status()).services.map(({ name }) => name);
  const unknown = services.filter((name) => !known.includes(name));
  if (unknown.length === 0 || known.length === 0) return;
  const near = unknown.flatMap((name) => nearest(name, known) ?? []);
  throw new ShakedownError(
    "SERVICE_UNKNOWN",
    `the stack has no service ${unknown.map((name) => `"${name}"`).join(", ")}; it has ${known.join(", ")}`,
    near.length === 0 ? {} : { hint: `Did you mean: shakedown logs ${near.join(" ")}` },
  );
}
