import { randomBytes } from "node:crypto";
import { mkdtemp, mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type {
  RunningLease,
  RunningService,
  ServiceLog,
  StartContext,
} from "../src/engines/engine.ts";
import type { JsonValue } from "../src/errors/shakedown-error.ts";
import { Scope } from "../src/kit/scope.ts";
import type { OpenClientContext, ServiceLease } from "../src/isolation/lease.ts";
import { openProcesses } from "../src/process/open-processes.ts";
import { planFormat, type ServicePlan } from "../src/stack/plan.ts";
import type { Lifetime, Service } from "../src/stack/service.ts";

export interface EngineContext extends AsyncDisposable {
  readonly folder: string;
  readonly cookie: string;
  readonly start: StartContext;
  lease(running: RunningService, slot: number): Promise<RunningLease>;
}

export interface EngineContextOptions {
  readonly per?: Lifetime;
  readonly options?: Readonly<Record<string, JsonValue>>;
  readonly environment?: Readonly<Record<string, string>>;
}

/** What the supervisor gives an engine, for one service in folders of its own; everything ends with it. */
export async function engineContext(
  service: Service,
  { per = service.per, options, environment }: EngineContextOptions = {},
): Promise<EngineContext> {
  const folder = await mkdtemp(join(tmpdir(), "shakedown-engine-"));
  const cookie = randomBytes(8).toString("hex");
  const scope = new Scope();
  scope.defer("folder", () => rm(folder, { recursive: true, force: true }));
  const processes = scope.own("processes", await openProcesses({ cookie }), (own) =>
    own[Symbol.asyncDispose](),
  );
  const plan: ServicePlan = {
    name: "it",
    engine: service.engine,
    per,
    needs: [],
    options: options ?? (JSON.parse(JSON.stringify(service.options)) as ServicePlan["options"]),
  };
  const folders = {
    data: join(folder, "data"),
    dataOnTmpfs: false,
    cache: join(folder, "cache"),
    sockets: join(folder, "s"),
  };
  await Promise.all([folders.data, folders.cache, folders.sockets].map((path) => mkdir(path)));
  const start: StartContext = {
    stack: {
      format: planFormat,
      file: join(folder, "shakedown.stack.ts"),
      root: folder,
      startTimeoutMs: 60_000,
      services: [plan],
    },
    service: plan,
    environment: environment ?? (process.env as Record<string, string>),
    folders,
    processes,
    log: memoryLog(),
    progress: () => undefined,
    signal: new AbortController().signal,
  };
  return {
    folder,
    cookie,
    start,
    async lease(running, slot) {
      if (running.lease === undefined) throw new Error("the service has no leases");
      const { service: own, environment: env, progress, signal } = start;
      return running.lease({
        slot,
        generation: 0,
        service: own,
        environment: env,
        progress,
        signal,
      });
    },
    [Symbol.asyncDispose]: () => scope[Symbol.asyncDispose](),
  };
}

/** Opens the service's client as a test worker would. */
export async function openClientOn<Handle>(
  service: Service<Handle>,
  lease: RunningLease,
  context: Partial<OpenClientContext> = {},
) {
  let current = lease;
  const becomes = (next: RunningLease | undefined): ServiceLease => {
    current = next ?? current;
    return serviceLease(service, current);
  };
  return service.openClient(becomes(lease), {
    root: "/",
    references: {},
    restart: async () => becomes(await current.restart?.()),
    pause: async () => becomes(await current.pause?.()),
    logLines: async () => [],
    ci: false,
    ...context,
  });
}

function serviceLease({ engine, per }: Service, { outputs, control }: RunningLease): ServiceLease {
  return {
    service: "it",
    engine: engine.name,
    per,
    outputs,
    control: JSON.parse(JSON.stringify(control)) as ServiceLease["control"],
  };
}

function memoryLog(): ServiceLog {
  const lines: string[] = [];
  const log: ServiceLog = {
    file: "",
    forSlot: () => log,
    write: (stream, line) => lines.push(`${stream} ${line}`),
    tail: (most) => lines.slice(-most),
  };
  return log;
}
