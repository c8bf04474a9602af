import type { ProviderShown, RunEvent, ServiceEvent } from "./run-event.ts";

/** What became of one service during a run. */
export interface ServiceSnapshot {
  readonly name: string;
  readonly engine?: string;
  readonly provider?: ProviderShown;
  readonly note?: string;
  /** True when it was running before the run. */
  readonly attached: boolean;
  /** The start of the run's part. */
  readonly startMs?: number;
  /** How long each slot's part took, by slot. */
  readonly slotStartMs: Readonly<Record<number, number>>;
  /** Each start that this run saw, in the order in which they began: of the run's part and of the slots'. */
  readonly starts: readonly ServiceStart[];
  readonly failures: readonly string[];
  readonly exits: readonly {
    readonly slot?: number;
    readonly how: string;
    readonly logTail: readonly string[];
  }[];
  /** What went wrong while it stopped. */
  readonly stopFailures: readonly string[];
}

export interface ServiceStart {
  readonly slot?: number;
  readonly fromEpochMs: number;
  /** Absent while it starts, and where it never became ready. */
  readonly readyEpochMs?: number;
  /** The services that had to be ready first. */
  readonly waitedFor: readonly string[];
  readonly steps: readonly { readonly atEpochMs: number; readonly step: string }[];
}

type Mutable<Value> = { -readonly [Key in keyof Value]: Value[Key] };
type Item<List> = List extends readonly (infer Value)[] ? Value : never;
type MutableStart = Mutable<Omit<ServiceStart, "steps">> & { steps: Item<ServiceStart["steps"]>[] };
type Lists = "slotStartMs" | "starts" | "failures" | "exits" | "stopFailures";
type MutableService = Mutable<Omit<ServiceSnapshot, Lists>> & {
  slotStartMs: Record<number, number>;
  starts: MutableStart[];
  failures: string[];
  exits: Item<ServiceSnapshot["exits"]>[];
  stopFailures: string[];
};
type EventOfService = Extract<ServiceEvent, { type: `service:${string}` }>;

/** What the events say of services, in the order in which each was first named. */
export function reduceServices(events: readonly RunEvent[]): ServiceSnapshot[] {
  const services = new Map<string, MutableService>();
  for (const event of events) if (isOfService(event)) addServiceEvent(services, event);
  return [...services.values()];
}

function isOfService(event: RunEvent): event is EventOfService {
  return event.type.startsWith("service:");
}

function addServiceEvent(services: Map<string, MutableService>, event: EventOfService): void {
  let service = services.get(event.service);
  if (service === undefined) {
    service = {
      name: event.service,
      attached: false,
      slotStartMs: {},
      starts: [],
      failures: [],
      exits: [],
      stopFailures: [],
    };
    services.set(event.service, service);
  }
  switch (event.type) {
    case "service:starting":
      service.starts.push({
        ...(event.slot === undefined ? {} : { slot: event.slot }),
        fromEpochMs: event.atEpochMs,
        waitedFor: event.waitedFor,
        steps: [],
      });
      break;
    case "service:progress":
      openStart(service, event.slot)?.steps.push({
        atEpochMs: event.atEpochMs,
        step: event.step,
      });
      break;
    case "service:ready":
      service.engine = event.engine;
      if (event.provider !== undefined) service.provider = event.provider;
      if (event.note !== undefined) service.note = event.note;
      if (!event.attached) noteReady(service, event);
      if (event.slot === undefined) {
        // Said again for each slot that asks for it: the first time counts.
        if (service.startMs !== undefined) break;
        service.startMs = event.tookMs;
        service.attached = event.attached;
      } else {
        service.slotStartMs[event.slot] ??= event.tookMs;
      }
      break;
    case "service:failed":
      service.failures.push(event.error.message);
      break;
    case "service:exited":
      service.exits.push({
        ...(event.slot === undefined ? {} : { slot: event.slot }),
        how: event.how,
        logTail: event.logTail,
      });
      break;
    case "service:stopped":
      if (event.error !== undefined) service.stopFailures.push(event.error.message);
      break;
  }
}

function openStart(service: MutableService, slot: number | undefined): MutableStart | undefined {
  return service.starts.findLast(
    (start) => start.slot === slot && start.readyEpochMs === undefined,
  );
}

function noteReady(
  service: MutableService,
  { slot, tookMs, atEpochMs }: Extract<ServiceEvent, { type: "service:ready" }>,
): void {
  const open = openStart(service, slot);
  if (open !== undefined) {
    open.readyEpochMs = atEpochMs;
    return;
  }
  // The parts of slots say only that they are ready.
  service.starts.push({
    ...(slot === undefined ? {} : { slot }),
    fromEpochMs: atEpochMs - tookMs,
    readyEpochMs: atEpochMs,
    waitedFor: [],
    steps: [],
  });
}
