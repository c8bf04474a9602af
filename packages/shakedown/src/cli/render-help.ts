import type { Paint } from "../kit/paint.ts";
import { wrap } from "./wrap.ts";
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
  { paint, columns }: { readonly paint: Paint; readonly columns: number },
): string {
  const width = Math.max(...commands.map(({ name, usage }) => `${name} ${usage}`.length));
  const lines = [
    `${paint("bold", "shakedown")} ${version} — integration tests against real services`,
    "",
    ...commands.map(({ name, usage, summary }) => {
      const head = `  ${`${name} ${usage}`.padEnd(width)}`;
      // Where both columns have no room, the summary gets a line of its own.
      const isWide = head.length + 2 + 40 <= columns;
      const line = isWide
        ? wrap(`${head}  ${summary}`, { columns, indent: head.length + 2 })
        : `${head.trimEnd()}\n${wrap(`      ${summary}`, { columns, indent: 6 })}`;
      return line.replace(name, () => paint("cyan", name));
    }),
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
