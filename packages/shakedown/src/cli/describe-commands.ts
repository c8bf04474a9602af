import { errorCodes } from "../errors/codes.ts";
import { type Command, commonOptions, type OptionTable } from "./command.ts";
import { flagText } from "./render-help.ts";

/** docs/reference/cli.md, from the same tables that parse the commands. */
export function describeCommands(commands: readonly Command[]): string {
  const sections = commands.map((command) =>
    [
      `## shakedown ${command.name}`,
      "",
      "```",
      `shakedown ${command.name}${command.usage === "" ? "" : ` ${command.usage}`}`,
      "```",
      "",
      `${command.summary}.`,
      ...(command.description === undefined ? [] : ["", command.description.join("\n")]),
      ...(Object.keys(command.options).length === 0 ? [] : ["", ...optionRows(command.options)]),
      "",
    ].join("\n"),
  );
  return [
    "# Command line",
    "",
    "<!-- Generated from the option tables in packages/shakedown/src/cli/commands; do not edit. -->",
    "",
    "Flags stand after the command. `shakedown <command> --help` prints what is here.",
    "",
    "Every command takes:",
    "",
    ...optionRows(commonOptions),
    "",
    "`NO_COLOR` and `FORCE_COLOR` are honoured; with `CI` set, nothing is drawn over.",
    "",
    ...sections,
    "## Exit status",
    "",
    "| status | meaning |",
    "| --- | --- |",
    "| 0 | All good. |",
    `| 1 | Tests failed${codesOf(1)}. |`,
    `| 2 | What was asked for is wrong: flags, the stack file, a test's use of Shakedown${codesOf(2)}. |`,
    `| 3 | The machine or a service did not do its part${codesOf(3)}. |`,
    `| 4 | A bug in Shakedown${codesOf(4)}. |`,
    "| 130 | Interrupted by Ctrl-C or SIGTERM. |",
    "",
    'With `--json`, an error is printed as `{ "error": { code, message, hint, details } }`.',
    "",
  ].join("\n");
}

function optionRows(options: OptionTable): string[] {
  return [
    "| flag | |",
    "| --- | --- |",
    ...Object.entries(options).map(
      ([name, row]) => `| \`${flagText(name, row)}\` | ${row.summary.replaceAll("|", "\\|")} |`,
    ),
  ];
}

function codesOf(exit: number): string {
  const codes = Object.entries(errorCodes).flatMap(([code, row]) =>
    row.exit === exit ? [`\`${code}\``] : [],
  );
  return codes.length === 0 ? "" : ` (${codes.join(", ")})`;
}
