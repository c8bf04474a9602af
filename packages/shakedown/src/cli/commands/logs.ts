import { findSupervisor, followStoredLogs, readStoredLogs } from "../../supervisor/client.ts";
import type { LogQuery } from "../../supervisor/session.ts";
import { command } from "../command.ts";
import { locateStack } from "../load-stack.ts";
import { type LogLine, mergeLines, parseLine, renderLine } from "../log-lines.ts";

export const logsCommand = command({
  name: "logs",
  summary: "Print what the services wrote, in the order of time",
  usage: "[service]",
  description: ["The logs of the last start stay readable after the services were stopped."],
  options: {
    follow: {
      type: "boolean",
      short: "f",
      summary: "Go on with what is written from now on, until Ctrl-C.",
    },
    tail: {
      type: "number",
      short: "n",
      value: "lines",
      summary: "The last lines of each service; 200 unless told, 0 for all.",
    },
    slot: {
      type: "number",
      value: "number",
      summary: "Only this worker's slot, beside what all workers share.",
    },
  },
  positionals: { least: 0, most: 1, what: "one service" },
  async run({ options, positionals: [service], cwd, environment, terminal, interrupted }) {
    const stackFile = locateStack({ cwd, named: options.stack });
    const { follow = false, json = false, tail = 200, slot } = options;
    const filter = {
      ...(service === undefined ? {} : { service }),
      ...(slot === undefined ? {} : { slot }),
    };
    const query: LogQuery = { ...filter, ...(tail === 0 ? {} : { tail }) };
    const write = (lines: readonly LogLine[]): void => {
      const render = (line: LogLine): string =>
        json ? JSON.stringify(line) : renderLine(line, terminal.paint);
      if (lines.length > 0) terminal.out(lines.map((line) => `${render(line)}\n`).join(""));
    };

    // Following begins before the look back, so that no line falls between the two.
    let early: LogLine[] | undefined = [];
    const following = follow
      ? followStoredLogs(stackFile, filter, {
          onLine: ({ line, ...log }) =>
            early === undefined
              ? write([parseLine(line, log)])
              : void early.push(parseLine(line, log)),
          signal: interrupted,
        })
      : undefined;
    const supervisor = await findSupervisor(stackFile, environment);
    const first =
      supervisor === undefined
        ? await readStoredLogs(stackFile, query)
        : await supervisor.logs(query);
    if (json && !follow) {
      terminal.out(`${JSON.stringify(first, null, 2)}\n`);
      return 0;
    }
    const lines = mergeLines(first);
    write(lines);
    if (lines.length === 0 && !follow)
      terminal.err(
        `No log lines${service === undefined ? "" : ` of ${service}`} for ${stackFile}.\n`,
      );
    const printed = new Set(lines.map((line) => JSON.stringify(line)));
    write(early.filter((line) => !printed.has(JSON.stringify(line))));
    early = undefined;
    await following;
    return 0;
  },
});
