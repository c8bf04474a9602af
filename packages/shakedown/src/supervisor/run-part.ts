import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Folders, RunningService, ServiceLog } from "../engines/engine.ts";
import { isShakedownError, ShakedownError, toWireError } from "../errors/shakedown-error.ts";
import type { ServiceEvent } from "../events/run-event.ts";
import type { Processes } from "../process/managed-process.ts";
import type { FolderRoots } from "../providers/folders.ts";
import { servicesNeededBy } from "./services-needed-by.ts";
import type { ServicePlan, StackPlan } from "../stack/plan.ts";
import { type Outputs, resolveReferences } from "../stack/references.ts";
import { asStartFailure, rootFailure, tooSlow } from "./start-failure.ts";
import type { EngineOf } from "./load-engines.ts";
import type { ServiceStatus } from "./protocol.ts";
import { readyEvent, type RunPartState, statusOf } from "./run-part-state.ts";

export interface RunPartOptions {
  readonly plan: StackPlan;
  readonly engineOf: EngineOf;
  readonly environment: Readonly<Record<string, string>>;
  readonly roots: FolderRoots;
  /** Keeps the folders of two generations of a stack apart. */
  readonly generationKey: string;
  readonly processes: Processes;
  readonly logOf: (service: string) => ServiceLog;
  readonly emit: (event: ServiceEvent) => void;
  /** A service of the run ended without having been asked to. */
  readonly onDeath: (service: string) => void;
}

/** The run's part of every service of a stack: started once, in dependency order, in parallel. */
export interface RunPart {
  /** Starts these services and what they need; says who was started. Stops what this call started when one fails. */
  start(names: readonly string[]): Promise<void>;
  running(name: string): RunningService;
  /** For a session that comes later: what is running already. */
  alreadyReady(): readonly ServiceEvent[];
  /** What everybody sees alike: outputs of services that have no share per slot. */
  sharedOutputs(): Readonly<Record<string, Outputs>>;
  status(): readonly ServiceStatus[];
  stop(): Promise<void>;
}

export function openRunPart(options: RunPartOptions): RunPart {
  const { plan, engineOf, emit } = options;
  const states = new Map<string, RunPartState>(
    plan.services.map(({ name }) => [name, { kind: "idle" }]),
  );
  /** In the order in which they became ready; stopped the other way round. */
  const order: string[] = [];

  async function start(names: readonly string[]): Promise<void> {
    const wanted = servicesNeededBy(plan, names);
    const startedHere: string[] = [];
    const giveUp = new AbortController();
    const limit = setTimeout(() => giveUp.abort(tooSlow(plan, states)), plan.startTimeoutMs);
    try {
      const results = await Promise.allSettled(
        wanted.map((service) => ensure(service, giveUp, startedHere)),
      );
      const failures = results
        .filter((result) => result.status === "rejected")
        .map((result) => result.reason as unknown);
      if (failures.length > 0) {
        await stopServices(startedHere);
        throw giveUp.signal.aborted && isShakedownError(giveUp.signal.reason)
          ? giveUp.signal.reason
          : rootFailure(failures);
      }
    } finally {
      clearTimeout(limit);
    }
  }

  function ensure(
    service: ServicePlan,
    giveUp: AbortController,
    startedHere: string[],
  ): Promise<RunningService> {
    const state = states.get(service.name);
    if (state?.kind === "ready") return Promise.resolve(state.running);
    if (state?.kind === "starting") return state.done;
    startedHere.push(service.name);
    const done = bringUp(service, giveUp, startedHere);
    states.set(service.name, { kind: "starting", done, stop: giveUp });
    return done;
  }

  async function bringUp(
    service: ServicePlan,
    giveUp: AbortController,
    startedHere: string[],
  ): Promise<RunningService> {
    // The caller records the promise first, so that two services never start one need twice.
    await Promise.resolve();
    const log = options.logOf(service.name);
    try {
      const needed = plan.services.filter(({ name }) => service.needs.includes(name));
      await Promise.all(needed.map((need) => ensure(need, giveUp, startedHere))).catch(
        (cause: unknown) => {
          throw new BlockedByNeed(cause);
        },
      );
      giveUp.signal.throwIfAborted();
      const startedMs = performance.now();
      emit({
        type: "service:starting",
        service: service.name,
        waitedFor: service.needs,
        atEpochMs: Date.now(),
      });
      const running = await engineOf(service.name).start({
        stack: plan,
        service: {
          ...service,
          options: resolveReferences(
            service.options,
            (reference) => sharedOutputs()[reference.service]?.[reference.output],
          ),
        },
        environment: options.environment,
        folders: await foldersOf(service.name),
        processes: options.processes,
        log,
        progress: (step) =>
          emit({ type: "service:progress", service: service.name, step, atEpochMs: Date.now() }),
        signal: giveUp.signal,
      });
      const tookMs = Math.round(performance.now() - startedMs);
      states.set(service.name, { kind: "ready", running, tookMs });
      order.push(service.name);
      watch(service.name, running);
      emit(readyEvent(service, { running, tookMs, attached: false }));
      return running;
    } catch (error) {
      if (error instanceof BlockedByNeed) {
        states.set(service.name, { kind: "idle" });
        throw error.cause;
      }
      if (isGivenUpForAnother(giveUp.signal)) {
        states.set(service.name, { kind: "idle" });
        emit({ type: "service:stopped", service: service.name, atEpochMs: Date.now() });
        throw error;
      }
      const failure = asStartFailure(service, error, log);
      states.set(service.name, { kind: "failed", error: failure });
      emit({
        type: "service:failed",
        service: service.name,
        error: toWireError(failure),
        atEpochMs: Date.now(),
      });
      // One failure ends the start; what is on its way is given up at once.
      giveUp.abort(failure);
      throw failure;
    }
  }

  function watch(name: string, running: RunningService): void {
    void running.died?.then(({ how, logTail }) => {
      const state = states.get(name);
      if (state?.kind !== "ready" || state.running !== running) return;
      states.set(name, { kind: "exited", how });
      order.splice(order.indexOf(name), 1);
      emit({ type: "service:exited", service: name, how, logTail, atEpochMs: Date.now() });
      options.onDeath(name);
    });
  }

  async function foldersOf(service: string): Promise<Folders> {
    const data = join(options.roots.data, `${options.generationKey}-${service}`);
    const cache = join(options.roots.cache, engineOf(service).name);
    await mkdir(data, { recursive: true, mode: 0o711 });
    await mkdir(cache, { recursive: true }).catch(() => {}); // a cache that cannot be written is the engine's to do without
    await options.processes.removeOnDeath(data);
    return { data, dataOnTmpfs: options.roots.dataOnTmpfs, cache, sockets: options.roots.sockets };
  }

  function sharedOutputs(): Readonly<Record<string, Outputs>> {
    const outputs: Record<string, Outputs> = {};
    for (const [name, state] of states) {
      if (state.kind === "ready" && state.running.lease === undefined)
        outputs[name] = state.running.outputs;
    }
    return outputs;
  }

  async function stopServices(names: readonly string[]): Promise<void> {
    const failures: unknown[] = [];
    for (const name of order.filter((known) => names.includes(known)).reverse()) {
      const state = states.get(name);
      if (state?.kind !== "ready") continue;
      states.set(name, { kind: "idle" });
      order.splice(order.indexOf(name), 1);
      await state.running.stop().catch((error: unknown) => failures.push(error));
      emit({ type: "service:stopped", service: name, atEpochMs: Date.now() });
    }
    if (failures.length > 0)
      throw new AggregateError(failures, `stopping: ${failures.map(String).join("; ")}`);
  }

  return {
    start,
    running(name) {
      const state = states.get(name);
      if (state?.kind === "ready") return state.running;
      throw new ShakedownError(
        "START_FAILED",
        `${name} is not running: it is ${state?.kind ?? "unknown"}`,
        {
          ...(state?.kind === "exited" ? { details: { how: state.how } } : {}),
          hint: `Read its log: shakedown logs ${name}`,
        },
      );
    },
    alreadyReady: () =>
      plan.services.flatMap((service) => {
        const state = states.get(service.name);
        return state?.kind === "ready" ? [readyEvent(service, { ...state, attached: true })] : [];
      }),
    sharedOutputs,
    status: () =>
      plan.services.map((service) =>
        statusOf(service, states.get(service.name) ?? { kind: "idle" }),
      ),
    async stop() {
      for (const state of states.values()) {
        if (state.kind !== "starting") continue;
        state.stop.abort(
          new ShakedownError("SESSION_ENDED", "the stack was stopped while it started"),
        );
        await state.done.catch(() => {}); // told to whoever waits for the start
      }
      await stopServices([...order]);
    },
  };
}

/** Marks a service that never started because one that it needs did not: the need's own error is the one to show. */
class BlockedByNeed extends Error {
  constructor(cause: unknown) {
    super("a need did not start", { cause });
  }
}

/** A start that took too long is the failure of whoever was late; any other is the failure of one service. */
function isGivenUpForAnother({ aborted, reason }: AbortSignal): boolean {
  return aborted && isShakedownError(reason) && reason.code !== "START_TIMEOUT";
}
