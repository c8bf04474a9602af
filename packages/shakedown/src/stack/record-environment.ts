import { syncBuiltinESMExports } from "node:module";

export interface EnvironmentReads {
  /** Names that were asked for, whether or not they exist. */
  readonly names: ReadonlySet<string>;
  /** True when somebody listed or copied the whole environment. */
  readonly all: boolean;
}

/**
 * Notes from now on which variables are read in `process.env`, by files that `counts`. What other files write is dropped:
 * Vite sets NODE_ENV, and the stack is to see what it was given. It stays so for good: only for a process that ends soon.
 */
export function recordEnvironment(
  host: { env: NodeJS.ProcessEnv },
  counts: (reader: string) => boolean,
): () => EnvironmentReads {
  const names = new Set<string>();
  let all = false;
  const note = (name: string | symbol): void => {
    if (typeof name === "string" && !names.has(name) && counts(readerOf())) names.add(name);
  };
  host.env = new Proxy(host.env, {
    get(target, name) {
      note(name);
      return Reflect.get(target, name) as string | undefined;
    },
    has(target, name) {
      note(name);
      return Reflect.has(target, name);
    },
    getOwnPropertyDescriptor(target, name) {
      note(name);
      return Reflect.getOwnPropertyDescriptor(target, name);
    },
    set(target, name, value) {
      return counts(readerOf()) ? Reflect.set(target, name, value) : true;
    },
    ownKeys(target) {
      if (!all && counts(readerOf())) all = true;
      return Reflect.ownKeys(target);
    },
  });
  // For `import { env } from "node:process"`.
  syncBuiltinESMExports();
  return () => ({ names, all });
}

/** The nearest file on the call stack that is not Node's own and not this one. */
function readerOf(): string {
  const { prepareStackTrace, stackTraceLimit } = Error;
  const carrier: { stack?: unknown } = {};
  try {
    Error.stackTraceLimit = 20;
    Error.prepareStackTrace = (_error, sites) =>
      sites.map((site) => site.getScriptNameOrSourceURL());
    Error.captureStackTrace(carrier);
    const files = carrier.stack as (string | null | undefined)[];
    return (
      files.find(
        (file) => typeof file === "string" && !file.startsWith("node:") && file !== import.meta.url,
      ) ?? ""
    );
  } finally {
    if (prepareStackTrace === undefined)
      delete (Error as { prepareStackTrace?: unknown }).prepareStackTrace;
    else Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
}
