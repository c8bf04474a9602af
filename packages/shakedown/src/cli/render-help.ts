import type { Paint } from "../kit/paint.ts";
import { type Command, commonOptions, type OptionRow, type OptionTable } from "./command.ts";

export function renderCommandHelp(command: Command, paint: Paint): string {
  const lines = [
    `${paint("bold", `shakedown ${command.name}`)}${command.usage === "" ? "" : ` ${command.usage}`}`,
    "",
    `${command.summary}.`,
    ...(command.description ?? []),
    "",
    ...table(Object.keys(command.options).length === 0 ? {} : command.options, paint),
    ...(Object.keys(command.options).length === 0 ? [] : [""]),
    ...table(commonOptions, paint),
  ];
  return `${lines.join("\n")}\n`;
}

export function renderOverview(
  commands: readonly Command[],
  version: string,
  paint: Paint,
): string {
  const width = Math.max(...commands.map(({ name, usage }) => `${name} ${usage}`.length));
  const lines = [
    `${paint("bold", "shakedown")} ${version} — integration tests against real services`,
    "",
    ...commands.map(
      ({ name, usage, summary }) =>
        `  ${paint("cyan", name)} ${usage.padEnd(width - name.length)}  ${summary}`,
    ),
    "",
    "The flags of a command: shakedown <command> --help",
  ];
  return `${lines.join("\n")}\n`;
}

/** `-f, --follow` or `--tail <lines>`, as it is typed. */
export function flagText(name: string, row: OptionRow): string {
  const long = row.type === "boolean" ? `--${name}` : `--${name} <${row.value ?? "value"}>`;
  return row.short === undefined ? long : `-${row.short}, ${long}`;
}

function table(options: OptionTable, paint: Paint): string[] {
  const rows = Object.entries(options).map(
    ([name, row]) => [flagText(name, row), row.summary] as const,
  );
  const width = Math.max(24, ...rows.map(([flag]) => flag.length));
  return rows.map(
    ([flag, summary]) => `  ${paint("cyan", flag)}${" ".repeat(width - flag.length)}  ${summary}`,
  );
}
