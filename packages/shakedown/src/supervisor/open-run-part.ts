import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Death, Folders, RunningService, ServiceLog } from "../engines/engine.ts";
import { isShakedownError, ShakedownError, toWireError } from "../errors/shakedown-error.ts";
import type { ServiceEvent } from "../events/run-event.ts";
import type { Processes } from "../process/managed-process.ts";
import type { FolderRoots } from "../providers/folders.ts";
import { servicesNeededBy } from "./services-needed-by.ts";
import type { ServicePlan, StackPlan } from "../stack/plan.ts";
import { toGraph, withDependents } from "../stack/graph.ts";
import { type Outputs, resolveReferences } from "../stack/references.ts";
import { diagnosed } from "./diagnosed.ts";
import { asStartFailure, rootFailure, tooSlow } from "./start-failure.ts";
import type { EngineOf } from "./load-engines.ts";
import { ownProcesses } from "./own-processes.ts";
import { diedError, readyEvent, type RunPartState, statusOf } from "./run-part-state.ts";
import { stopServices } from "./stop-services.ts";
import { defaultStopTimeoutMs, withinBudget } from "./within-budget.ts";
import type { RunPart } from "./run-part.ts";

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
  /** It died, or was stopped by hand: whatever slots hold of it, and of those that need it, is worthless. */
  readonly onGone: (service: string, death: Death) => void;
}

export function openRunPart(options: RunPartOptions): RunPart {
  const { plan, engineOf, emit } = options;
  const states = new Map<string, RunPartState>(
    plan.services.map(({ name }) => [name, { kind: "idle" }]),
  );
  const graph = toGraph(plan.services);
  let closed = false;

  async function start(names: readonly string[]): Promise<void> {
    refuseWhenClosed();
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
        await end(startedHere);
        throw giveUp.signal.aborted && isShakedownError(giveUp.signal.reason)
          ? giveUp.signal.reason
          : rootFailure(failures);
      }
    } finally {
      clearTimeout(limit);
    }
  }

  async function ensure(
    service: ServicePlan,
    giveUp: AbortController,
    startedHere: string[],
  ): Promise<RunningService> {
    const state = states.get(service.name);
    if (state?.kind === "ready") return state.running;
    if (state?.kind === "starting") return state.done;
    if (state?.kind === "stopping") {
      await state.done;
      return ensure(service, giveUp, startedHere);
    }
    if (state?.kind === "exited" && service.restart === "never")
      throw diedError(service.name, state.death);
    refuseWhenClosed();
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
      const own = ownProcesses(options.processes);
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
        processes: own.processes,
        log,
        progress: (step) =>
          emit({ type: "service:progress", service: service.name, step, atEpochMs: Date.now() }),
        signal: giveUp.signal,
      });
      const tookMs = Math.round(performance.now() - startedMs);
      states.set(service.name, {
        kind: "ready",
        running,
        own,
        tookMs,
        sinceEpochMs: Date.now(),
      });
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
      const failure = await diagnosed(asStartFailure(service, error, log));
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
    void running.died?.then((death) => {
      const state = states.get(name);
      if (state?.kind !== "ready" || state.running !== running) return;
      states.set(name, { kind: "exited", death });
      emit({ type: "service:exited", service: name, ...death, atEpochMs: Date.now() });
      // What it leaves (a socket, a shared memory segment) is tidied up as at any other end.
      void withinBudget(name, () => running.stop(), defaultStopTimeoutMs);
      options.onGone(name, death);
      // They hold the address of the one that is gone.
      void end(withDependents(graph, [name]));
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

  const end = (names: readonly string[]): Promise<unknown[]> =>
    stopServices(names, { plan, states, emit });

  function refuseWhenClosed(): void {
    if (closed) throw new ShakedownError("SESSION_ENDED", "the stack was stopped");
  }

  return {
    start,
    running(name) {
      const state = states.get(name);
      if (state?.kind === "ready") return state.running;
      if (state?.kind === "exited") throw diedError(name, state.death);
      throw new ShakedownError(
        "START_FAILED",
        `${name} is not running: it is ${state?.kind ?? "unknown"}`,
        {
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
    async settleDeaths() {
      const ready = [...states.values()].filter((state) => state.kind === "ready");
      await Promise.all(ready.map(({ own }) => own.settled()));
      await new Promise(setImmediate); // an end becomes a death in a few turns
    },
    async halt(name, how) {
      const affected = withDependents(graph, [name]);
      const before = affected.filter((each) => states.get(each)?.kind === "ready");
      const ended = end(affected);
      options.onGone(name, { how, logTail: [] });
      await ended;
      return before;
    },
    async stop() {
      closed = true;
      for (const state of states.values()) {
        if (state.kind !== "starting") continue;
        state.stop.abort(
          new ShakedownError("SESSION_ENDED", "the stack was stopped while it started"),
        );
        await state.done.catch(() => {}); // told to whoever waits for the start
      }
      return end([...states.keys()]);
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
