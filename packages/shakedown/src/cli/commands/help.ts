import { ShakedownError } from "../../errors/shakedown-error.ts";
import { nearest } from "../../kit/nearest.ts";
import { packageVersion } from "../../kit/package-version.ts";
import { commandIndex, isCommandName, loadCommand, loadCommands } from "../command-index.ts";
import { command } from "../command.ts";
import { renderCommandHelp, renderOverview } from "../render-help.ts";

export const helpCommand = command({
  name: "help",
  summary: "Print what a command does and takes",
  usage: "[command]",
  options: {},
  positionals: { least: 0, most: 1, what: "one command" },
  async run({ positionals: [name], terminal }) {
    if (name === undefined)
      terminal.out(renderOverview(await loadCommands(), packageVersion(), terminal));
    else if (isCommandName(name))
      terminal.out(renderCommandHelp(await loadCommand(name), terminal.paint));
    else throw unknownCommand(name);
    return 0;
  },
});

function unknownCommand(name: string): ShakedownError {
  const near = nearest(name, Object.keys(commandIndex));
  return new ShakedownError(
    "CLI_USAGE",
    `shakedown: unknown command "${name}"${near === undefined ? "" : `, did you mean ${near}?`}`,
    {
      hint: "See all commands: shakedown --help",
    },
  );
}
