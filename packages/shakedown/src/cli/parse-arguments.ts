import { parseArgs } from "node:util";
import { ShakedownError } from "../errors/shakedown-error.ts";
import { nearest } from "../kit/nearest.ts";
import { quotedWord } from "../kit/quoted-word.ts";
import {
  type Command,
  commonOptions,
  type OptionRow,
  type OptionTable,
  type Positionals,
} from "./command.ts";

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
  const cutAt = (index: number): string =>
    ["shakedown", command.name, ...own.slice(0, index), "--", ...own.slice(index), ...rest]
      .map(quotedWord)
      .join(" ");
  const othersAt: number[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") {
      if (positionals.length === 0 && command.positionals?.most === 0) othersAt.push(token.index);
      positionals.push(token.value);
    }
    if (token.kind !== "option") continue;
    const negated = token.name.startsWith("no-") ? token.name.slice(3) : undefined;
    if (negated === "color" && token.value === undefined) {
      options["color"] = false;
      continue;
    }
    const row = table[token.name];
    if (row === undefined) {
      const near = nearest(token.name, Object.keys(table));
      mistakes.push(unknownFlag(token.rawName, near));
      if (near === undefined) othersAt.push(token.index);
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
      hint:
        command.passesRest === true && othersAt.length === mistakes.length
          ? `What belongs to the program that it runs stands behind --: ${cutAt(Math.min(...othersAt))}`
          : `See what it takes: shakedown ${command.name} --help`,
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

function unknownFlag(flag: string, near: string | undefined): string {
  return `unknown flag ${flag}${near === undefined ? "" : `, did you mean --${near}?`}`;
}

function positionalMistakes(command: Command, words: readonly string[]): string[] {
  const none = { least: 0, most: Number.POSITIVE_INFINITY, what: "" };
  const { least, most, what, needs = what }: Positionals = command.positionals ?? none;
  if (words.length < least) return [`${needs} is missing`];
  if (words.length > most)
    return [
      `"${words.slice(most).join(" ")}" is too much${most === 0 ? "" : `: it takes ${what} only`}`,
    ];
  return [];
}
