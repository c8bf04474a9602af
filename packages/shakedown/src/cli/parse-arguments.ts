import { parseArgs } from "node:util";
import { ShakedownError } from "../errors/shakedown-error.ts";
import { nearest } from "../kit/nearest.ts";
import { type Command, commonOptions, type OptionRow, type OptionTable } from "./command.ts";

export interface ParsedArguments {
  readonly options: Readonly<Record<string, boolean | number | string | readonly string[]>>;
  readonly positionals: readonly string[];
  readonly rest: readonly string[];
}

/** Reads a command's arguments by its own table. All mistakes are told at once. */
export function parseArguments(command: Command, argv: readonly string[]): ParsedArguments {
  const cut = argv.indexOf("--");
  const own = cut === -1 ? argv : argv.slice(0, cut);
  const rest = cut === -1 ? [] : argv.slice(cut + 1);
  const table: OptionTable = { ...command.options, ...commonOptions };
  const { tokens } = parseArgs({
    args: [...own],
    options: toParseArgs(table),
    strict: false,
    tokens: true,
    allowPositionals: true,
  });

  const options: Record<string, boolean | number | string | string[]> = {};
  const positionals: string[] = [];
  const mistakes: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const negated = token.name.startsWith("no-") ? token.name.slice(3) : undefined;
    if (negated === "color" && token.value === undefined) {
      options["color"] = false;
      continue;
    }
    const row = table[token.name];
    if (row === undefined) {
      mistakes.push(unknownFlag(token.rawName, table));
      continue;
    }
    const value = readValue(token.rawName, token.value, row);
    if (value instanceof Mistake) mistakes.push(value.text);
    else if (row.type === "strings")
      options[token.name] = [
        ...((options[token.name] as string[] | undefined) ?? []),
        value as string,
      ];
    else options[token.name] = value;
  }
  if (options["help"] !== true) {
    mistakes.push(...positionalMistakes(command, positionals));
    if (rest.length > 0 && command.passesRest !== true)
      mistakes.push(`${command.name} takes nothing after --`);
  }
  if (mistakes.length > 0) {
    throw new ShakedownError("CLI_USAGE", `shakedown ${command.name}: ${mistakes.join("; ")}`, {
      hint: `See what it takes: shakedown ${command.name} --help`,
    });
  }
  return { options, positionals, rest };
}

function toParseArgs(
  table: OptionTable,
): Record<string, { type: "boolean" | "string"; short?: string; multiple: boolean }> {
  return Object.fromEntries(
    Object.entries(table).map(([name, row]) => [
      name,
      {
        type: row.type === "boolean" ? ("boolean" as const) : ("string" as const),
        multiple: true,
        ...(row.short === undefined ? {} : { short: row.short }),
      },
    ]),
  );
}

class Mistake {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

function readValue(
  flag: string,
  value: string | undefined,
  row: OptionRow,
): boolean | number | string | Mistake {
  if (row.type === "boolean")
    return value === undefined ? true : new Mistake(`${flag} takes no value, got "${value}"`);
  if (value === undefined || value === "")
    return new Mistake(`${flag} needs a ${row.value ?? "value"}`);
  if (row.type !== "number") return value;
  return /^\d+$/.test(value)
    ? Number(value)
    : new Mistake(`${flag} needs a whole number, got "${value}"`);
}

function unknownFlag(flag: string, table: OptionTable): string {
  const near = nearest(flag.replace(/^-+/, ""), Object.keys(table));
  return `unknown flag ${flag}${near === undefined ? "" : `, did you mean --${near}?`}`;
}

function positionalMistakes(command: Command, words: readonly string[]): string[] {
  const { least, most, what } = command.positionals ?? {
    least: 0,
    most: Number.POSITIVE_INFINITY,
    what: "",
  };
  if (words.length < least) return [`${what} is missing`];
  if (words.length > most)
    return [
      `"${words.slice(most).join(" ")}" is too much${most === 0 ? "" : `: it takes ${what} only`}`,
    ];
  return [];
}
