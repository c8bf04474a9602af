import { isShakedownError, ShakedownError } from "../errors/shakedown-error.ts";

/** An error while the stack file was evaluated, with its own words, place and stack trace kept. */
export function unreadableStackError(
  error: unknown,
  file: string,
  withVite: boolean,
): ShakedownError {
  if (isShakedownError(error)) return error;
  const { message, frame, stack } = partsOf(error);
  const place = placeOf(error, stack, file);
  const isSyntax = frame !== undefined;
  const lines = [`${place} ${isSyntax ? "does not parse" : "throws"}: ${message}`];
  if (frame !== undefined) lines.push(frame);
  else if (stack.length > 0) lines.push(stack.join("\n"));
  return new ShakedownError("STACK_UNREADABLE", lines.join("\n\n"), {
    hint: hintFor(message, withVite),
    details: { file, stack: stack.join("\n"), ...(frame === undefined ? {} : { frame }) },
    cause: error,
  });
}

interface Parts {
  readonly message: string;
  readonly frame: string | undefined;
  /** Lines that begin with "at", without those inside Node and Vite. */
  readonly stack: readonly string[];
}

function partsOf(error: unknown): Parts {
  if (!(error instanceof Error))
    return {
      message: `${String(error)} (not an Error, so there is no stack trace)`,
      frame: undefined,
      stack: [],
    };
  const frame = (error as { frame?: unknown }).frame;
  return {
    message: error.message,
    frame: typeof frame === "string" && frame.trim() !== "" ? frame : undefined,
    stack: (error.stack ?? "")
      .split("\n")
      .filter(
        (line) => /^\s+at /.test(line) && !/node:|\/node_modules\/(vite|rolldown)\//.test(line),
      ),
  };
}

function placeOf(error: unknown, stack: readonly string[], file: string): string {
  const loc = (error as { loc?: { file?: string; line?: number; column?: number } } | null)?.loc;
  if (loc?.line !== undefined) return `${loc.file ?? file}:${loc.line}:${(loc.column ?? 0) + 1}`;
  const first = stack
    .map((line) => /(\/[^()]+:\d+:\d+)\)?$/.exec(line)?.[1])
    .find((place) => place !== undefined);
  return first ?? file;
}

function hintFor(message: string, withVite: boolean): string {
  if (!withVite) {
    return "Install Vite for enums, path aliases and imports without extension: npm install --save-dev vite. Without it Node reads the file itself";
  }
  if (
    /cannot find (module|package)|failed to load|could not be resolved|does the file exist/i.test(
      message,
    )
  ) {
    return "Check the import's path and that the package is installed; aliases are read from `paths` in tsconfig.json";
  }
  return "Correct the file; to see it alone, run: npx vite-node <file>";
}
