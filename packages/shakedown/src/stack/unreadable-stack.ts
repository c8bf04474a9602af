import { stripVTControlCharacters } from "node:util";
import { isShakedownError, ShakedownError } from "../errors/shakedown-error.ts";
import { codeFrame, type SourcePlace } from "./code-frame.ts";
import { sourcePath } from "./source-path.ts";

/** An error while the stack file was evaluated, with its own words, place and stack trace kept. */
export function unreadableStackError(error: unknown, file: string): ShakedownError {
  if (isShakedownError(error)) return error;
  const trace = traceOf(error);
  const parsing = parsePlace(error, file);
  const place = parsing ?? firstPlace(trace);
  const where = place === undefined ? file : `${place.file}:${place.line}:${place.column}`;
  const isSyntax = parsing !== undefined || (trace.length === 0 && isSyntaxError(error));
  const words = wordsOf(error, isSyntax);
  const parts = [
    `${where} ${isSyntax ? "does not parse:" : "throws"} ${words}`,
    place === undefined ? "" : codeFrame(place),
    isSyntax ? "" : trace.join("\n"),
  ];
  return new ShakedownError("STACK_UNREADABLE", parts.filter((part) => part !== "").join("\n\n"), {
    hint: hintFor(words),
    details: {
      file,
      ...(place === undefined ? {} : { place: { ...place } }),
      stack: trace.map((line) => line.trim()),
    },
    cause: error,
  });
}

/** What Vite's compilers add to their errors. */
interface CompilerError {
  readonly loc?: { readonly file?: string; readonly line: number; readonly column: number };
  readonly errors?: readonly (CompilerError & { readonly message?: string })[];
  /** Its stack trace leads to the import that failed. */
  readonly runnerError?: { readonly stack?: string };
}

/** Only an error of a compiler has one: what threw while it ran has a stack trace. */
function parsePlace(error: unknown, file: string): SourcePlace | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const { loc, errors } = error as CompilerError;
  const found = loc ?? errors?.[0]?.loc;
  if (found !== undefined)
    return { file: found.file ?? file, line: found.line, column: found.column + 1 };
  // Node puts the place before the message: "/a/shakedown.stack.ts:3", some lines, and marks below them.
  const native = /^(file:\/\/\S+|\/.*):(\d+)\n(?:.*\n)*?([ \t]*)\^/.exec(
    (error as Error).stack ?? "",
  );
  if (native === null) return undefined;
  return {
    file: sourcePath(native[1] ?? "") ?? file,
    line: Number(native[2]),
    column: (native[3] ?? "").length + 1,
  };
}

/** Of one in JavaScript Node does not tell the place. */
function isSyntaxError(error: unknown): boolean {
  return typeof error === "object" && error !== null && (error as Error).name === "SyntaxError";
}

/** The lines of the user's own files. */
function traceOf(error: unknown): string[] {
  if (typeof error !== "object" || error === null) return [];
  const stacks = [(error as Error).stack, (error as CompilerError).runnerError?.stack];
  return stacks
    .flatMap((stack) => (stack ?? "").split("\n"))
    .filter((line) => /^\s+at /.test(line) && !toolFrame.test(line))
    .map((line) =>
      line
        .replace(/(?:file:\/\/)?\/[^()]+(?=:\d+:\d+\)?$)/, (name) => sourcePath(name) ?? name)
        .replace(/^\s+at (async )?(eval|null) \((.*)\)$/, "    at $3"),
    );
}

const toolFrame =
  /node:|<anonymous>|\/node_modules\/(vite|rolldown)\/|\/stack\/(import-stack-file|evaluate-stack|loader-child)\.[jt]s/;

function firstPlace(trace: readonly string[]): SourcePlace | undefined {
  for (const line of trace) {
    const match = /(\/[^()]+):(\d+):(\d+)\)?$/.exec(line);
    if (match !== null)
      return { file: match[1] ?? "", line: Number(match[2]), column: Number(match[3]) };
  }
  return undefined;
}

function wordsOf(error: unknown, isSyntax: boolean): string {
  if (typeof error !== "object" || error === null)
    return `${JSON.stringify(error)}, which is not an Error and has no stack trace`;
  const first = (error as CompilerError).errors?.[0]?.message ?? (error as Error).message;
  const plain = stripVTControlCharacters(first)
    .replace(/^\[[A-Z_]+\]\s*/, "")
    // The compiler's own drawing of the place: ours follows.
    .replace(/\n\s*[╭|][\s\S]*$/, "")
    .replaceAll(/\(0\s*,\s*__vite_ssr_import_\d+__\.(\w+)\)/g, "$1")
    .replaceAll(/__vite_ssr_import_\d+__\./g, "")
    .trim();
  return isSyntax ? plain : `${(error as Error).name}: ${plain}`;
}

function hintFor(words: string): string {
  if (/cannot find (module|package)|failed to (load|resolve)|does the file exist/i.test(words)) {
    return "Check the path of the import and that its package is installed (npm install); aliases are read from `paths` in tsconfig.json";
  }
  return "Correct the file and run the command again";
}
