import { existsSync } from "node:fs";
import { isAbsolute } from "node:path";
import { fileURLToPath } from "node:url";

/** The file from which `inner` was called, whoever evaluates it: Node, Vitest or Vite's module runner. */
export function callSiteFile(inner: (...input: never[]) => unknown): string | undefined {
  const { prepareStackTrace, stackTraceLimit } = Error;
  const carrier: { stack?: unknown } = {};
  try {
    Error.stackTraceLimit = 1;
    // Vite's module runner replaces this hook too: ours stands only for this one look.
    Error.prepareStackTrace = (_error, sites) => sites[0]?.getScriptNameOrSourceURL() ?? null;
    Error.captureStackTrace(carrier, inner);
    return typeof carrier.stack === "string" ? toPath(carrier.stack) : undefined;
  } finally {
    // Assigning undefined would switch the default formatting off.
    if (prepareStackTrace === undefined)
      delete (Error as { prepareStackTrace?: unknown }).prepareStackTrace;
    else Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function toPath(name: string): string | undefined {
  if (name.startsWith("file:")) return fileURLToPath(name);
  // A loader may append a query such as `?t=1`, and Vite writes the spaces of a path as %20.
  const plain = existsSync(name) ? name : name.replace(/\?.*$/, "");
  const candidates = [plain, plain.replaceAll("%20", " ").replaceAll("%09", "\t")];
  return candidates.find((path) => isAbsolute(path) && existsSync(path));
}
