import { expect, test } from "vitest";
import { commandIndex, loadCommands } from "../../src/cli/command-index.ts";
import { describeCommands } from "../../src/cli/describe-commands.ts";
import { renderCommandHelp } from "../../src/cli/render-help.ts";
import { plainPaint } from "../../src/kit/paint.ts";

test("every command stands under its own name, and its help and its page name every flag", async () => {
  const commands = await loadCommands();
  expect(commands.map(({ name }) => name)).toEqual(Object.keys(commandIndex));
  const page = describeCommands(commands);
  for (const command of commands) {
    const help = renderCommandHelp(command, plainPaint);
    expect(page).toContain(`## shakedown ${command.name}\n`);
    for (const flag of [...Object.keys(command.options), "stack", "json", "color", "help"]) {
      expect(help).toContain(`--${flag}`);
      expect(page).toContain(`--${flag}`);
    }
  }
});

test("summaries are sentences without their full stop", async () => {
  for (const { summary } of await loadCommands()) expect(summary).toMatch(/^[A-Z].*[^.]$/);
});
