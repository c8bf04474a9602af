import type { Death, RunningLease, SlotContext } from "../engines/engine.ts";
import type { ServiceEvent } from "../events/run-event.ts";
import type { ServiceLease, SlotLease } from "../isolation/lease.ts";
import { toGraph, withNeeds } from "../stack/graph.ts";
import { servicesNeededBy } from "./services-needed-by.ts";
import type { ServicePlan, StackPlan } from "../stack/plan.ts";
import { type Outputs, resolveReferences } from "../stack/references.ts";
import { ShakedownError, toWireError } from "../errors/shakedown-error.ts";
import type { RunPart } from "./run-part.ts";
import type { ChangeLog } from "./change-log.ts";
import { releaseShares } from "./release-shares.ts";
import { diedError } from "./run-part-state.ts";
import { takeShares } from "./take-shares.ts";
import type { AsideLease, Slot } from "./slot.ts";

export interface SlotOptions {
  readonly plan: StackPlan;
  readonly runPart: RunPart;
  readonly environment: Readonly<Record<string, string>>;
  readonly emit: (event: ServiceEvent) => void;
  readonly changes: ChangeLog;
}

export function openSlot(number: number, options: SlotOptions): Slot {
  const { plan, runPart, emit, changes } = options;
  const leases = new Map<string, RunningLease>();
  const releasing = new Set<Promise<void>>();
  let generation = 0;
  let broken = false;
  let closed = false;
  /** Those whose process died here, with its last words. */
  const dead = new Map<string, Death>();
  /** One change at a time: a worker that is replaced must not fill what its successor is filling. */
  let queue: Promise<unknown> = Promise.resolve();

  function inTurn<Value>(change: () => Promise<Value>): Promise<Value> {
    const next = queue.then(change, change);
    queue = next.catch(() => {}); // told to whoever asked for that change
    return next;
  }

  async function fill(names: readonly string[]): Promise<SlotLease> {
    if (closed) throw new ShakedownError("SESSION_ENDED", "the stack was stopped");
    const wanted = servicesNeededBy(plan, names);
    const final = wanted.find(({ name, restart }) => restart === "never" && dead.has(name));
    if (final !== undefined) throw diedError(final.name, dead.get(final.name) as Death, number);
    await runPart.start(names);
    const missing = wanted.filter(
      ({ name }) => !leases.has(name) && runPart.running(name).lease !== undefined,
    );
    const gone = [...leases].find(([, lease]) => lease.isAlive?.() === false);
    if (gone !== undefined) broken = true;
    if (broken || maySpoil(missing)) {
      const needed = new Set(wanted.map(({ name }) => name));
      const others = broken ? [] : [...leases.keys()].filter((name) => !needed.has(name));
      emptyInBackground();
      // With what it had: files that take turns, each with a service that the other has not, fill it anew once and not each time.
      if (others.length > 0) {
        await fill([...names, ...others]).catch(() => {}); // what is there for others only must not fail this one
      }
      return fill(names);
    }
    if (missing.length > 0) await takeMissing(missing);
    return describe(wanted);
  }

  /** Whether these could write, while they start, to data whose baseline stands: also through a service between them. */
  function maySpoil(missing: readonly ServicePlan[]): boolean {
    const reached = withNeeds(
      toGraph(plan.services),
      missing.map(({ name }) => name),
    );
    return reached.some((name) => leases.get(name)?.seal !== undefined);
  }

  async function takeMissing(missing: readonly ServicePlan[]): Promise<void> {
    const startedMs = performance.now();
    try {
      await takeShares(missing, { slot: number, limitMs: plan.startTimeoutMs, take });
      // The baseline comes after everything that writes while it starts is ready.
      await Promise.all(missing.map(async ({ name }) => leases.get(name)?.seal?.()));
    } catch (error) {
      emptyInBackground();
      throw error;
    }
    emit({
      type: "slot:leased",
      slot: number,
      generation,
      tookMs: Math.round(performance.now() - startedMs),
      atEpochMs: Date.now(),
    });
  }

  async function take(service: ServicePlan, signal: AbortSignal): Promise<void> {
    const running = runPart.running(service.name);
    const startedMs = performance.now();
    const context: SlotContext = {
      slot: number,
      generation,
      service: resolved(service),
      environment: options.environment,
      progress: (step) =>
        emit({
          type: "service:progress",
          service: service.name,
          slot: number,
          step,
          atEpochMs: Date.now(),
        }),
      signal,
    };
    const lease = await running.lease?.(context);
    if (lease === undefined) return;
    leases.set(service.name, lease);
    watch(service.name, lease);
    emit({
      type: "service:ready",
      service: service.name,
      slot: number,
      engine: service.engine.name,
      tookMs: Math.round(performance.now() - startedMs),
      attached: false,
      atEpochMs: Date.now(),
    });
  }

  function watch(service: string, lease: RunningLease): void {
    void lease.died?.then((death) => {
      if (leases.get(service) !== lease) return;
      broken = true;
      dead.set(service, death);
      changes.note({ service, slot: number, ...death });
      emit({ type: "service:exited", service, slot: number, ...death, atEpochMs: Date.now() });
    });
  }

  function outputs(): Readonly<Record<string, Outputs>> {
    const own = Object.fromEntries([...leases].map(([name, lease]) => [name, lease.outputs]));
    return { ...runPart.sharedOutputs(), ...own };
  }

  function resolved(service: ServicePlan): ServicePlan {
    const known = outputs();
    return {
      ...service,
      options: resolveReferences(service.options, ({ service: name, output }) =>
        name === "self" ? undefined : known[name]?.[output],
      ),
    };
  }

  function describe(wanted: readonly ServicePlan[]): SlotLease {
    return {
      slot: number,
      generation,
      changes: { file: changes.file, bytes: changes.bytes },
      services: Object.fromEntries(
        wanted.map((service) => [service.name, describeService(service)]),
      ),
    };
  }

  function describeService(service: ServicePlan): ServiceLease {
    const share = leases.get(service.name) ?? runPart.running(service.name);
    return {
      service: service.name,
      engine: service.engine.name,
      per: service.per,
      outputs: share.outputs,
      control: share.control,
    };
  }

  /** Takes all shares out of the slot at once; their ends are waited for only when the slot itself ends. */
  function emptyInBackground(except: ReadonlySet<string> = new Set()): void {
    const gone = new Map([...leases].filter(([name]) => !except.has(name)));
    leases.clear();
    generation += 1;
    broken = false;
    // A share that does not end cleanly must not fail a test; its server's end takes it along.
    const ended = releaseShares(plan, gone, (service, error) =>
      emit({
        type: "service:stopped",
        service,
        slot: number,
        error: toWireError(error),
        atEpochMs: Date.now(),
      }),
    );
    releasing.add(ended);
    void ended.then(() => releasing.delete(ended));
  }

  /** Handed over one by one: data that is set aside must not be lost when the next cannot be. */
  async function setAside(keep: (aside: AsideLease) => void): Promise<ReadonlySet<string>> {
    const kept = new Set<string>();
    for (const [service, lease] of leases) {
      if (lease.isAlive?.() === false) continue;
      const connect = await lease.setAside?.();
      if (connect === undefined) continue;
      kept.add(service);
      keep({ service, connect, outputs: lease.outputs, release: () => lease.release() });
    }
    return kept;
  }

  function shareOf(name: string): {
    readonly service: ServicePlan;
    readonly lease: RunningLease | undefined;
  } {
    const service = plan.services.find((candidate) => candidate.name === name);
    if (service === undefined) throw noProcess(name);
    return { service, lease: leases.get(name) };
  }

  function noProcess(name: string): ShakedownError {
    return new ShakedownError(
      "SERVICE_UNKNOWN",
      `${name} has no process of its own in slot ${number}`,
      {
        hint: "Only services that live per slot as a process can be restarted there; see: shakedown status",
      },
    );
  }

  /** The end of the old one is no death. */
  async function replace(
    service: ServicePlan,
    next: () => Promise<RunningLease>,
  ): Promise<ServiceLease> {
    leases.delete(service.name);
    const lease = await next();
    leases.set(service.name, lease);
    watch(service.name, lease);
    return describeService(service);
  }

  return {
    number,
    get generation() {
      return generation;
    },
    get services() {
      return [...leases.keys()];
    },
    outputs,
    fill: (names) => inTurn(() => fill(names)),
    hasProcess: (name) => leases.get(name)?.restart !== undefined,
    retire: (names, keep) =>
      inTurn(async () => {
        emptyInBackground(keep === undefined ? new Set() : await setAside(keep));
        return fill(names);
      }),
    drop: (names) =>
      inTurn(async () => {
        if (names.some((name) => leases.has(name))) emptyInBackground();
      }),
    fence: (isSafe) =>
      inTurn(async () => {
        if (leases.size > 0 && !(await isSafe())) emptyInBackground();
      }),
    settleDeaths: async () => {
      const gone = [...leases.values()].filter((lease) => lease.isAlive?.() === false);
      await Promise.all(gone.map((lease) => Promise.resolve(lease.died)));
    },
    restart: (name) =>
      inTurn(async () => {
        const { service, lease } = shareOf(name);
        if (lease?.restart === undefined) throw noProcess(name);
        dead.delete(name);
        return replace(service, lease.restart);
      }),
    pause: (name) =>
      inTurn(async () => {
        const { service, lease } = shareOf(name);
        return lease?.pause === undefined
          ? describeService(service)
          : replace(service, lease.pause);
      }),
    close: () => {
      closed = true;
      return inTurn(async () => {
        emptyInBackground();
        await Promise.all(releasing);
      });
    },
  };
}
