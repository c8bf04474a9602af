import type { Terminal } from "./terminal.ts";

/** One flag of a command: what parses it, its line in `--help`, and its row in docs/reference/cli.md. */
export interface OptionRow {
  readonly type: "boolean" | "string" | "number" | "strings";
  readonly short?: string;
  /** The word that stands for the value in the help: `--workers <count>`. */
  readonly value?: string;
  readonly summary: string;
}

export type OptionTable = Readonly<Record<string, OptionRow>>;

export type OptionValues<Table extends OptionTable> = {
  readonly [Name in keyof Table]?: Table[Name]["type"] extends "boolean"
    ? boolean
    : Table[Name]["type"] extends "number"
      ? number
      : Table[Name]["type"] extends "strings"
        ? readonly string[]
        : string;
};

/** A command parses, calls and renders; what it calls lives in the other rooms. */
export interface Command<Table extends OptionTable = OptionTable> {
  readonly name: string;
  readonly summary: string;
  /** What follows the name in the help: `[service…]`. */
  readonly usage: string;
  /** More than the summary, for `--help` and the docs. One line an entry. */
  readonly description?: readonly string[];
  readonly options: Table;
  /** How many words it takes besides flags. @default 0 to any number */
  readonly positionals?: Positionals;
  /** True where arguments after `--` belong to another program. */
  readonly passesRest?: boolean;
  /** True where the exit status is another program's, whatever signals came. */
  readonly passesStatus?: boolean;
  run(call: CommandCall<Table>): Promise<ExitCode>;
}

export interface Positionals {
  readonly least: number;
  readonly most: number;
  /** All that it takes, as a sentence goes on with it: "a service and a run". */
  readonly what: string;
  /** What it cannot do without. @default what */
  readonly needs?: string;
}

export interface CommandCall<Table extends OptionTable = OptionTable> {
  readonly options: OptionValues<Table> & OptionValues<typeof commonOptions>;
  readonly positionals: readonly string[];
  /** What stands after `--`. */
  readonly rest: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly terminal: Terminal;
  /** Aborted at the first Ctrl-C. */
  readonly interrupted: AbortSignal;
}

/**
 * 0 good, 1 tests failed, 2 the user's input, 3 the machine, 4 a bug of ours, 130 interrupted; any other is that of the
 * program that `exec` or `connect` ran.
 */
export type ExitCode = number;

/** Flags that every command has. */
export const commonOptions = {
  stack: {
    type: "string",
    value: "file",
    summary: "The stack file, where there are several or it is elsewhere.",
  },
  json: { type: "boolean", summary: "Print one JSON document instead of text." },
  color: { type: "boolean", summary: "Colours, whatever the terminal says; --no-color for none." },
  help: { type: "boolean", short: "h", summary: "Print this help." },
} as const satisfies OptionTable;

/** Keeps the types of the option table, so that `run` sees each flag's own type. */
export function command<const Table extends OptionTable>(
  definition: Command<Table>,
): Command<Table> {
  return definition;
}
