import { durationText } from "../../kit/duration-text.ts";
import { endSupervisor, type EndedSupervisor } from "../../supervisor/end-supervisor.ts";
import { command } from "../command.ts";
import { locateStack } from "../load-stack.ts";

export const downCommand = command({
  name: "down",
  summary: "Stop the stack's services and remove their data",
  usage: "",
  description: ["Settles when everything is gone. Runs that use the services fail."],
  options: {},
  positionals: { least: 0, most: 0, what: "" },
  async run({ options, cwd, environment, terminal }) {
    const startedMs = performance.now();
    const stackFile = locateStack({ cwd, named: options.stack });
    const ended = await endSupervisor(stackFile, environment, { by: "`shakedown down`" });
    const tookMs = performance.now() - startedMs;
    if (options.json === true) {
      const { pid, ...rest } = ended ?? { swept: 0 };
      const shown = { stackFile, stopped: pid !== undefined, tookMs: Math.round(tookMs), ...rest };
      terminal.out(`${JSON.stringify(shown)}\n`);
    } else terminal.out(endText(ended, stackFile, tookMs));
    return 0;
  },
});

function endText(ended: EndedSupervisor | undefined, stackFile: string, tookMs: number): string {
  const { pid, forced, swept } = ended ?? { swept: 0 };
  const lines = [
    ...(pid === undefined ? [`Nothing is running for ${stackFile}.`] : []),
    ...(forced === undefined ? [] : [`It was ended by force: ${forced}.`]),
    ...(swept === 0
      ? []
      : [`Removed what ${swept} killed ${swept === 1 ? "stack" : "stacks"} had left.`]),
    ...(pid === undefined ? [] : [`Stopped in ${durationText(tookMs)}.`]),
  ];
  return `${lines.join("\n")}\n`;
}
