import { loadCommands } from "../packages/shakedown/src/cli/command-index.ts";
import { describeCommands } from "../packages/shakedown/src/cli/describe-commands.ts";

/** docs/reference/cli.md: the commands' own tables say what stands in it. */
export async function cliPage(): Promise<string> {
  return describeCommands(await loadCommands());
}
