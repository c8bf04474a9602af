import { colourPaint, type Paint, plainPaint } from "../kit/paint.ts";
import { inOwnWords } from "./own-words.ts";

/** Where a command writes: facts to `out`, progress and errors to `err`. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** A text of ours with each call of this command as the reader would type it. */
  words(text: string): string;
  readonly paint: Paint;
  /** True where lines may be drawn over: a person is looking at it. */
  readonly redraws: boolean;
  readonly columns: number;
}

interface OutputStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface TerminalOptions {
  readonly out: OutputStream;
  readonly err: OutputStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** From `--color` and `--no-color`. */
  readonly color?: boolean | undefined;
}

export function openTerminal({ out, err, environment, color }: TerminalOptions): Terminal {
  const isTerminal = out.isTTY === true && environment["TERM"] !== "dumb";
  return {
    out: (text) => void out.write(text),
    err: (text) => void err.write(text),
    words: (text) => inOwnWords(text, environment),
    paint: (color ?? wantsColour(isTerminal, environment)) ? colourPaint : plainPaint,
    redraws: isTerminal && !isSet(environment["CI"]),
    columns: out.columns ?? 100,
  };
}

function wantsColour(isTerminal: boolean, environment: TerminalOptions["environment"]): boolean {
  if (isSet(environment["NO_COLOR"])) return false;
  if (isSet(environment["FORCE_COLOR"])) return environment["FORCE_COLOR"] !== "0";
  return isTerminal;
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "";
}
