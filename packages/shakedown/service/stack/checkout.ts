import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isShakedownError } from "../../src/errors/shakedown-error.ts";
import {
  loadStackPlan,
  type LoadedStack,
  type LoadStackOptions,
} from "../../src/stack/load-plan.ts";

export interface Checkout extends AsyncDisposable {
  readonly folder: string;
  readonly stackFile: string;
  write(files: Readonly<Record<string, string>>): Promise<void>;
  load(
    options?: Partial<LoadStackOptions>,
  ): Promise<LoadedStack & { readonly printed: readonly string[] }>;
  /** What the user reads when it does not load, with the folder left out. */
  failure(options?: Partial<LoadStackOptions>): Promise<string>;
}

const packageFolder = fileURLToPath(new URL("../../", import.meta.url));

/** What a stack file imports: our source, and services of an engine that starts nothing. */
export const imports = [
  `import { defineStack } from ${JSON.stringify(`${packageFolder}src/stack/define-stack.ts`)};`,
  `import { fake } from ${JSON.stringify(`${packageFolder}unit/stack/fake-service.ts`)};`,
  "",
].join("\n");

/** A folder with these files, named as unkindly as users name theirs. */
export async function checkout(files: Readonly<Record<string, string>>): Promise<Checkout> {
  const folder = await mkdtemp(join(tmpdir(), "shakedown päth with spaces "));
  const stackFile = join(folder, "shakedown.stack.ts");
  const environment = { PATH: process.env["PATH"] ?? "" };
  const write: Checkout["write"] = async (more) => {
    for (const [name, text] of Object.entries(more)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text);
    }
  };
  const load: Checkout["load"] = async (options) => {
    const printed: string[] = [];
    const loaded = await loadStackPlan(stackFile, {
      environment,
      onOutput: (line) => printed.push(line),
      ...options,
    });
    return { ...loaded, printed };
  };
  await write(files);
  return {
    folder,
    stackFile,
    write,
    load,
    async failure(options) {
      try {
        await load(options);
      } catch (error) {
        if (!isShakedownError(error)) throw error;
        const hint = error.hint === undefined ? "" : `\n→ ${error.hint}`;
        return `${error.code}: ${error.message}${hint}`
          .replaceAll(folder, "<folder>")
          .replaceAll(packageFolder, "<package>/");
      }
      return "it loads";
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
