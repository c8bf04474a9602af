import { sourcePath } from "./source-path.ts";

/** The file from which `inner` was called, whoever evaluates it: Node, Vitest or Vite's module runner. */
export function callSiteFile(inner: (...input: never[]) => unknown): string | undefined {
  const { prepareStackTrace, stackTraceLimit } = Error;
  const carrier: { stack?: unknown } = {};
  try {
    Error.stackTraceLimit = 1;
    // Vite's module runner replaces this hook too: ours stands only for this one look.
    Error.prepareStackTrace = (_error, sites) => sites[0]?.getScriptNameOrSourceURL() ?? null;
    Error.captureStackTrace(carrier, inner);
    return typeof carrier.stack === "string" ? sourcePath(carrier.stack) : undefined;
  } finally {
    // Assigning undefined would switch the default formatting off.
    if (prepareStackTrace === undefined)
      delete (Error as { prepareStackTrace?: unknown }).prepareStackTrace;
    else Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
}
