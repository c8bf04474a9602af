import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { RunningLease, RunningService, ServiceLog } from "../../src/engines/engine.ts";
import { openPgClient, type PgResult } from "../../src/engines/postgres/driver.ts";
import engine from "../../src/engines/postgres/engine.ts";
import type { JsonValue } from "../../src/errors/shakedown-error.ts";
import { Scope } from "../../src/kit/scope.ts";
import { openProcesses } from "../../src/process/open-processes.ts";
import { makeFolders } from "../../src/providers/folders.ts";
import type { Lifetime } from "../../src/stack/service.ts";
import { planFormat, type ServicePlan, type StackPlan } from "../../src/stack/plan.ts";

export interface StartedEngine extends AsyncDisposable {
  readonly running: RunningService;
  readonly steps: readonly string[];
  readonly log: readonly string[];
  readonly slotLogs: ReadonlyMap<number, string[]>;
  lease(slot: number, generation?: number): Promise<RunningLease>;
  query(
    lease: { readonly outputs: Readonly<Record<string, string>> },
    sql: string,
  ): Promise<PgResult["rows"]>;
}

export interface StartEngineOptions {
  readonly root: string;
  readonly cache: string;
  readonly options?: Readonly<Record<string, JsonValue>>;
  readonly per?: Lifetime;
  readonly file?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

export const environment = process.env as Readonly<Record<string, string>>;

export function planOf({
  root,
  options = {},
  per = "slot",
  file = "shakedown.stack.ts",
}: StartEngineOptions): {
  service: ServicePlan;
  stack: StackPlan;
} {
  const service = { name: "db", per, needs: [], engine: { name: "postgres", module: "" }, options };
  return {
    service,
    stack: {
      format: planFormat,
      file: join(root, file),
      root,
      startTimeoutMs: 60_000,
      services: [service],
    },
  };
}

/** The engine as the supervisor drives it; disposing stops the server and removes its folders. */
export async function startEngine(options: StartEngineOptions): Promise<StartedEngine> {
  const { service, stack } = planOf(options);
  const scope = new Scope();
  try {
    const roots = await makeFolders({ stackFile: stack.file, environment });
    const folder = scope.own(
      "its folder",
      await mkdtemp(join(roots.data, `test-${process.pid}-`)),
      (path) => rm(path, { recursive: true, force: true }),
    );
    // mkdtemp makes it private, and the server may run as another user.
    const data = join(folder, "..", `${folder.split("/").at(-1)}-data`);
    await mkdir(data, { mode: 0o711 });
    scope.defer("its data", () => rm(data, { recursive: true, force: true }));
    const processes = scope.own(
      "the leash",
      await openProcesses({ cookie: randomUUID().replaceAll("-", "") }),
      (opened) => opened[Symbol.asyncDispose](),
    );
    await processes.removeOnDeath(data);
    const steps: string[] = [];
    const lines: string[] = [];
    const slotLogs = new Map<number, string[]>();
    const running = await engine.start({
      stack,
      service,
      environment: { ...environment, ...options.environment },
      folders: { data, dataOnTmpfs: roots.dataOnTmpfs, cache: options.cache, sockets: folder },
      processes,
      log: logOf(lines, slotLogs),
      progress: (step) => steps.push(step),
      signal: new AbortController().signal,
    });
    scope.defer("the server", () => running.stop());
    return {
      running,
      steps,
      log: lines,
      slotLogs,
      async lease(slot, generation = 0) {
        const context = {
          slot,
          generation,
          service,
          environment: {},
          progress: () => {},
          signal: new AbortController().signal,
        };
        const lease = await running.lease?.(context);
        if (lease === undefined) throw new Error("the service has no lease");
        return lease;
      },
      async query({ outputs }, sql) {
        const client = await openPgClient(outputs["url"] ?? "", { applicationName: "test" });
        try {
          return (await client.query(sql)).rows;
        } finally {
          await client.end();
        }
      },
      [Symbol.asyncDispose]: () => scope[Symbol.asyncDispose](),
    };
  } catch (error) {
    await scope[Symbol.asyncDispose]();
    throw error;
  }
}

function logOf(lines: string[], slotLogs: Map<number, string[]>): ServiceLog {
  return {
    file: "",
    forSlot(slot) {
      const own = slotLogs.get(slot) ?? [];
      slotLogs.set(slot, own);
      return logOf(own, slotLogs);
    },
    write: (_stream, line) => void lines.push(line),
    tail: (most) => lines.slice(-most),
  };
}
