import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JsonValue } from "../../src/errors/shakedown-error.ts";
import { planFormat, type StackPlan } from "../../src/stack/plan.ts";

export interface DeclaredService {
  readonly needs?: readonly string[];
  readonly options?: Readonly<Record<string, JsonValue>>;
  readonly restart?: "never";
  readonly stopTimeoutMs?: number;
}

const engine = { name: "process", module: new URL("./process-engine.ts", import.meta.url).href };

/** A stack of `process` services in a folder of its own. */
export async function stackOf(
  services: Readonly<Record<string, DeclaredService>>,
  {
    startTimeoutMs = 20_000,
    root,
  }: { readonly startTimeoutMs?: number; readonly root?: string } = {},
): Promise<StackPlan & AsyncDisposable> {
  const folder = root ?? (await realpath(await mkdtemp(join(tmpdir(), "shakedown-stack-"))));
  return {
    format: planFormat,
    file: join(folder, "shakedown.stack.ts"),
    root: folder,
    startTimeoutMs,
    services: Object.entries(services).map(([name, { needs = [], options = {}, ...life }]) => ({
      ...life,
      name,
      engine,
      per: "slot",
      needs,
      options,
    })),
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true });
    },
  };
}
