import { dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ShakedownError } from "../errors/shakedown-error.ts";
import { isStack, type Stack } from "./define-stack.ts";
import { findVite, type FoundVite } from "./find-vite.ts";
import { type EnvironmentReads, recordEnvironment } from "./record-environment.ts";
import { unreadableStackError } from "./unreadable-stack.ts";

export interface ImportedStack {
  readonly stack: Stack;
  /** Files that Vite loaded; what Node loaded itself is not among them. */
  readonly files: readonly string[];
  readonly environment: EnvironmentReads;
}

/**
 * Evaluates a stack file, through Vite where there is one: it knows enums, path aliases and imports without extension.
 * `host` is the process itself: its `env` is replaced by one that notes what is read. With `use`, the stack's functions
 * can be called: what they import while they run is loaded the same way, as long as its promise is pending.
 *
 * @throws ShakedownError `STACK_UNREADABLE` when the file does not parse or throws, `STACK_INVALID` when it gives no stack
 */
export async function importStackFile(
  file: string,
  host: { env: NodeJS.ProcessEnv },
  use?: (stack: Stack) => Promise<void>,
): Promise<ImportedStack> {
  const found = await findVite(dirname(file));
  const environment = recordEnvironment(host, (reader) => !isOurTool(reader, found));
  let used: Promise<void> | undefined;
  const useModule: UseModule | undefined =
    use &&
    (async (module) => {
      // Its failure is its own, not one of the file.
      if (isStack(module["default"])) await (used = use(module["default"])).catch(() => {});
    });
  const imported = await evaluate(file, found, useModule);
  const stack = imported.module["default"];
  if (!isStack(stack)) throw noStack(file, imported.module);
  await used;
  return { stack, files: imported.files, environment: environment() };
}

type Module = Readonly<Record<string, unknown>>;

interface Evaluated {
  readonly module: Module;
  readonly files: readonly string[];
}

type UseModule = (module: Module) => Promise<void>;

async function evaluate(
  file: string,
  found: FoundVite | undefined,
  use: UseModule | undefined,
): Promise<Evaluated> {
  try {
    if (found !== undefined) return await importByVite(file, found, use);
    const imported = await importByNode(file);
    await use?.(imported.module);
    return imported;
  } catch (error) {
    throw unreadableStackError(error, file);
  }
}

async function importByVite(
  file: string,
  { vite }: FoundVite,
  use: UseModule | undefined,
): Promise<Evaluated> {
  const entry = use && entryThatWaits(file, use);
  const { module, dependencies } = await vite.runnerImport(entry?.id ?? file, {
    root: dirname(file),
    logLevel: "silent",
    resolve: { tsconfigPaths: true },
    plugins: entry === undefined ? [] : [entry.plugin],
  });
  return {
    module: entry === undefined ? module : (module["stackFile"] as Module),
    files: [file, ...dependencies.filter((path) => path !== null)],
  };
}

/**
 * Vite closes its runner as soon as the module that it was asked for is evaluated. So it is asked for one that imports
 * the stack file and is not done before the stack was used.
 */
function entryThatWaits(
  file: string,
  use: UseModule,
): { readonly id: string; readonly plugin: object } {
  const user = "shakedown:use-stack-file";
  Object.assign(globalThis, { [Symbol.for(user)]: use });
  const id = "\0shakedown:entry";
  const code = [
    `import * as stackFile from ${JSON.stringify(file)};`,
    "export { stackFile };",
    `await globalThis[Symbol.for(${JSON.stringify(user)})](stackFile);`,
  ].join("\n");
  return {
    id,
    plugin: {
      name: "shakedown:entry",
      resolveId: (asked: string) => (asked === id ? id : undefined),
      load: (asked: string) => (asked === id ? code : undefined),
    },
  };
}

const wantsVite = /_TYPESCRIPT_SYNTAX$|^ERR_MODULE_NOT_FOUND$|^ERR_UNSUPPORTED_DIR_IMPORT$/;

/** Node strips types, and does no more: what it refuses, Vite would load. */
async function importByNode(file: string): Promise<Evaluated> {
  try {
    return {
      module: (await import(pathToFileURL(file).href)) as Evaluated["module"],
      files: [file],
    };
  } catch (error) {
    if (!wantsVite.test(String((error as NodeJS.ErrnoException | null)?.code))) throw error;
    const unreadable = unreadableStackError(error, file);
    throw new ShakedownError(unreadable.code, unreadable.message, {
      hint: "Correct the file, or, for enums, path aliases and imports without extension, install Vite: npm install --save-dev vite",
      details: unreadable.details,
      cause: error,
    });
  }
}

function isOurTool(reader: string, found: FoundVite | undefined): boolean {
  if (found === undefined) return false;
  const file = reader.startsWith("file:") ? fileURLToPath(reader) : reader;
  return file.startsWith(`${found.folder}/`) || file.includes("/node_modules/rolldown/");
}

function noStack(file: string, module: Readonly<Record<string, unknown>>): ShakedownError {
  const others = Object.keys(module).filter((name) => name !== "default");
  const named = others.find((name) => isStack(module[name]));
  if ("default" in module) {
    return new ShakedownError("STACK_INVALID", `the default export of ${file} is not a stack`, {
      hint: "Export one: export default defineStack({ … })",
      details: { file },
    });
  }
  return new ShakedownError("STACK_INVALID", `${file} has no default export`, {
    hint:
      named === undefined
        ? "Export the stack: export default defineStack({ … })"
        : `Export ${named} as the default too: export default ${named}`,
    details: { file, exports: others },
  });
}
