import type { RunningLease, SlotContext } from "../engines/engine.ts";
import type { ServiceEvent } from "../events/run-event.ts";
import type { ServiceLease, SlotLease } from "../isolation/lease.ts";
import { servicesNeededBy } from "./services-needed-by.ts";
import type { ServicePlan, StackPlan } from "../stack/plan.ts";
import { type Outputs, resolveReferences } from "../stack/references.ts";
import { isShakedownError, ShakedownError } from "../errors/shakedown-error.ts";
import type { RunPart } from "./run-part.ts";
import type { EngineOf } from "./load-engines.ts";

export interface SlotOptions {
  readonly plan: StackPlan;
  readonly engineOf: EngineOf;
  readonly runPart: RunPart;
  readonly environment: Readonly<Record<string, string>>;
  readonly emit: (event: ServiceEvent) => void;
}

/** Data that was set aside for a person to look at. */
export interface AsideLease {
  readonly service: string;
  readonly connect: string;
  release(): Promise<void>;
}

/** One worker's place: the shares of all services that it has asked for so far. */
export interface Slot {
  readonly number: number;
  readonly generation: number;
  /** Services with a share here. */
  readonly services: readonly string[];
  /** Adds what is missing; fills the slot anew where a share that is missing could write to one that is there. */
  fill(names: readonly string[]): Promise<SlotLease>;
  /** Gives fresh shares; the old ones are released behind the scenes, or set aside when `keep`. */
  retire(
    names: readonly string[],
    keep: boolean,
  ): Promise<{ lease: SlotLease; aside: readonly AsideLease[] }>;
  restart(service: string): Promise<ServiceLease>;
  /** Waits for releases that are under way, then ends all shares. */
  release(): Promise<void>;
}

export function openSlot(number: number, options: SlotOptions): Slot {
  const { plan, runPart, emit } = options;
  const leases = new Map<string, RunningLease>();
  const releasing = new Set<Promise<void>>();
  let generation = 0;
  let broken: string | undefined;
  /** One change at a time: a worker that is replaced must not fill what its successor is filling. */
  let queue: Promise<unknown> = Promise.resolve();

  function inTurn<Value>(change: () => Promise<Value>): Promise<Value> {
    const next = queue.then(change, change);
    queue = next.catch(() => {}); // told to whoever asked for that change
    return next;
  }

  async function fill(names: readonly string[]): Promise<SlotLease> {
    const wanted = servicesNeededBy(plan, names);
    await runPart.start(names);
    const missing = wanted.filter(
      ({ name }) => !leases.has(name) && runPart.running(name).lease !== undefined,
    );
    const dead = [...leases].find(([, lease]) => lease.isAlive?.() === false);
    if (dead !== undefined) broken ??= `${dead[0]} is gone`;
    const mayWrite = missing.some(({ needs }) => needs.some((need) => leases.has(need)));
    if (broken !== undefined || (mayWrite && leases.size > 0)) {
      emptyInBackground();
      return fill([...new Set([...names, ...wanted.map(({ name }) => name)])]);
    }
    if (missing.length > 0) await takeShares(missing);
    return describe(wanted);
  }

  async function takeShares(missing: readonly ServicePlan[]): Promise<void> {
    const startedMs = performance.now();
    const giveUp = new AbortController();
    const limit = setTimeout(() => {
      giveUp.abort(
        new ShakedownError(
          "START_TIMEOUT",
          `slot ${number} was not ready within ${plan.startTimeoutMs} ms`,
        ),
      );
    }, plan.startTimeoutMs);
    const pending = new Map<string, Promise<void>>();
    const takeWithNeeds = (service: ServicePlan): Promise<void> => {
      const known = pending.get(service.name);
      if (known !== undefined) return known;
      const taken = (async () => {
        await Promise.resolve(); // so that the promise is known before needs are looked at
        await Promise.all(
          missing.filter(({ name }) => service.needs.includes(name)).map(takeWithNeeds),
        );
        giveUp.signal.throwIfAborted();
        await take(service, giveUp.signal);
      })();
      pending.set(service.name, taken);
      return taken;
    };
    try {
      const results = await Promise.allSettled(missing.map(takeWithNeeds));
      const failures = results
        .filter((result) => result.status === "rejected")
        .map(({ reason }) => reason as unknown);
      if (failures.length > 0) {
        emptyInBackground();
        throw failures.find(isShakedownError) ?? failures[0];
      }
      // The baseline comes after everything that writes while it starts is ready.
      await Promise.all(missing.map(async ({ name }) => leases.get(name)?.seal?.()));
      emit({
        type: "slot:leased",
        slot: number,
        generation,
        tookMs: Math.round(performance.now() - startedMs),
        atEpochMs: Date.now(),
      });
    } finally {
      clearTimeout(limit);
    }
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
    void lease.died?.then(({ how, logTail }) => {
      if (leases.get(service) !== lease) return;
      broken = `${service} ${how}`;
      emit({ type: "service:exited", service, slot: number, how, logTail, atEpochMs: Date.now() });
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
    broken = undefined;
    const ended = (async () => {
      const needsFirst = servicesNeededBy(plan, [...gone.keys()]);
      for (const { name } of needsFirst.reverse()) await gone.get(name)?.release();
    })();
    const settled = ended.catch((error: unknown) => {
      // A share that does not end cleanly must not fail a test; its server's end takes it along.
      emit({
        type: "service:progress",
        service: [...gone.keys()].join(", "),
        slot: number,
        step: `release: ${String(error)}`,
        atEpochMs: Date.now(),
      });
    });
    releasing.add(settled);
    void settled.then(() => releasing.delete(settled));
  }

  async function setAside(): Promise<AsideLease[]> {
    const aside: AsideLease[] = [];
    for (const [service, lease] of leases) {
      const connect = await lease.setAside?.();
      if (connect !== undefined) aside.push({ service, connect, release: () => lease.release() });
    }
    return aside;
  }

  return {
    number,
    get generation() {
      return generation;
    },
    get services() {
      return [...leases.keys()];
    },
    fill: (names) => inTurn(() => fill(names)),
    retire: (names, keep) =>
      inTurn(async () => {
        const aside = keep ? await setAside() : [];
        emptyInBackground(new Set(aside.map(({ service }) => service)));
        return { lease: await fill(names), aside };
      }),
    restart: (name) =>
      inTurn(async () => {
        const service = plan.services.find((candidate) => candidate.name === name);
        const lease = leases.get(name);
        if (service === undefined || lease?.restart === undefined) {
          throw new ShakedownError(
            "SERVICE_UNKNOWN",
            `${name} has no process of its own in slot ${number}`,
            {
              hint: "Only services that live per slot as a process can be restarted there; see: shakedown status",
            },
          );
        }
        leases.delete(name);
        const next = await lease.restart();
        leases.set(name, next);
        watch(name, next);
        return describeService(service);
      }),
    release: () =>
      inTurn(async () => {
        emptyInBackground();
        await Promise.all(releasing);
      }),
  };
}
