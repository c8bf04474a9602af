import { durationText } from "../../kit/duration-text.ts";
import { findSupervisor } from "../../supervisor/client.ts";
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
    const supervisor = await findSupervisor(stackFile, environment);
    await supervisor?.stop();
    const stopped = supervisor !== undefined;
    const tookMs = performance.now() - startedMs;
    if (options.json === true)
      terminal.out(`${JSON.stringify({ stackFile, stopped, tookMs: Math.round(tookMs) })}\n`);
    else
      terminal.out(
        stopped
          ? `Stopped in ${durationText(tookMs)}.\n`
          : `Nothing is running for ${stackFile}.\n`,
      );
    return 0;
  },
});
