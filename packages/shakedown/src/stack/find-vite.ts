import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** The part of Vite that loading a stack uses. */
export interface Vite {
  runnerImport(
    file: string,
    config: object,
  ): Promise<{
    readonly module: Readonly<Record<string, unknown>>;
    readonly dependencies: readonly (string | null)[];
  }>;
}

export interface FoundVite {
  readonly vite: Vite;
  /** The packages whose files read the environment for themselves, not for the stack. */
  readonly folder: string;
}

/** Vite as the stack's folder sees it, else as Vitest there sees it, else our own. */
export async function findVite(root: string): Promise<FoundVite | undefined> {
  const here = fileURLToPath(import.meta.url);
  for (const [from, through] of [
    [`${root}/-`],
    [`${root}/-`, "vitest"],
    [here],
    [here, "vitest"],
  ] as const) {
    const entry = resolveFrom(from, through);
    if (entry === undefined) continue;
    const vite = (await import(pathToFileURL(entry).href)) as Partial<Vite>;
    // Vite before 6.1 has no runnerImport.
    if (vite.runnerImport !== undefined)
      return { vite: vite as Vite, folder: packageFolder(entry) };
  }
  return undefined;
}

function resolveFrom(file: string, through?: string): string | undefined {
  try {
    const start =
      through === undefined ? file : createRequire(file).resolve(`${through}/package.json`);
    return createRequire(start).resolve("vite");
  } catch {
    // Not installed here: the next place may have it.
    return undefined;
  }
}

function packageFolder(entry: string): string {
  return /^.*\/node_modules\/vite(?=\/)/.exec(entry)?.[0] ?? dirname(entry);
}
