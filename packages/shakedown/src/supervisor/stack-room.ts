import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ServiceEvent } from "../events/run-event.ts";
import type { Processes } from "../process/managed-process.ts";
import type { FolderRoots } from "../providers/folders.ts";
import { toGraph, withDependents } from "../stack/graph.ts";
import type { StackPlan } from "../stack/plan.ts";
import { loadEngines } from "./load-engines.ts";
import type { Places } from "./places.ts";
import type { ServiceChanges, SupervisorStatus } from "./protocol.ts";
import { openChangeLog } from "./change-log.ts";
import { logFileOf } from "./read-logs.ts";
import { openRunPart } from "./open-run-part.ts";
import { openSlot } from "./open-slot.ts";
import type { RunPart } from "./run-part.ts";
import { openServiceLog, type OpenLog } from "./service-log.ts";
import type { AsideLease, Slot } from "./slot.ts";
import { ShakedownError } from "../errors/shakedown-error.ts";
import { defaultStopTimeoutMs, withinBudget } from "./within-budget.ts";

/** More workers than this on one machine is a mistake. */
const mostSlots = 64;
/** Failed tests whose data is kept: each has a share of several services. */
const mostKept = 3;
/** From a process's end to the news of it, its last lines included. */
const newsMs = 1000;
const dyingMs = 30;

export interface StackRoomOptions {
  readonly plan: StackPlan;
  readonly key: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly places: Places;
  readonly roots: FolderRoots;
  readonly processes: Processes;
  readonly emit: (event: ServiceEvent) => void;
}

/** Data of a failed test, and whose it was. */
export interface KeptLease extends AsideLease {
  readonly slot: number;
  /** The slot's, when it was set aside: what one test left has the same. */
  readonly generation: number;
  /** `"a test" failed` */
  readonly reason: string;
  readonly atEpochMs: number;
}

/** One running generation of the stack: the run's part of its services, its slots, and what was kept of failed tests. */
export interface StackRoom {
  readonly key: string;
  readonly plan: StackPlan;
  readonly runPart: RunPart;
  slot(number: number): Slot;
  slots(): readonly Slot[];
  /** The lowest slot that nobody holds, the wished one if it is free. */
  freeSlot(wish: number, held: ReadonlySet<number>): Slot;
  keep(aside: KeptLease): void;
  /** What is kept now, the newest last. */
  kept(): readonly KeptLease[];
  flushLogs(): void;
  status(held: ReadonlySet<number>): Pick<SupervisorStatus, "services" | "slots" | "kept">;
  /** What happened to services that a slot's user may hold, since it looked last. */
  changesOf(slot: number, sinceBytes: number): Promise<ServiceChanges>;
  /** `reason` is for those who still use it. */
  stop(reason: string): Promise<void>;
}

export async function openStackRoom(options: StackRoomOptions): Promise<StackRoom> {
  const { plan, places } = options;
  const engineOf = await loadEngines(plan);
  const logs = new Map<string, OpenLog>();
  const slots = new Map<number, Slot>();
  const kept: KeptLease[] = [];
  const changes = openChangeLog(join(places.changes, `${options.key}.jsonl`));

  const logOf = (service: string): OpenLog => {
    const log =
      logs.get(service) ?? openServiceLog((slot) => logFileOf(places.logs, service, slot));
    logs.set(service, log);
    return log;
  };
  const runPart = openRunPart({
    plan,
    engineOf,
    environment: options.environment,
    roots: options.roots,
    generationKey: `${places.key}-${process.pid}-${options.key}`,
    processes: options.processes,
    logOf,
    emit: options.emit,
    // Whatever slots hold of a dead server is worthless: the next borrower gets fresh shares.
    onGone: (service, death) => {
      changes.note({ service, ...death });
      const affected = withDependents(toGraph(plan.services), [service]);
      for (const slot of slots.values()) void slot.drop(affected);
    },
  });

  function slot(number: number): Slot {
    const known =
      slots.get(number) ??
      openSlot(number, {
        plan,
        runPart,
        environment: options.environment,
        emit: options.emit,
        changes,
      });
    slots.set(number, known);
    return known;
  }

  return {
    kept: () => kept,
    key: options.key,
    plan,
    runPart,
    slot,
    slots: () => [...slots.values()],
    freeSlot(wish, held) {
      const numbers = Array.from({ length: mostSlots }, (_, index) => index);
      // A worker's number may be above ours: on many cores, or where a runner never uses one again.
      const number = [wish, ...numbers].find(
        (candidate) => candidate < mostSlots && !held.has(candidate),
      );
      if (number === undefined) {
        throw new ShakedownError("SLOTS_EXHAUSTED", `all ${mostSlots} slots are held`, {
          hint: "Run with fewer workers, or look for a forgotten run: shakedown status",
        });
      }
      return slot(number);
    },
    keep(aside) {
      kept.push(aside);
      const tests = [...new Set(kept.map(testOf))];
      const gone = new Set(tests.slice(0, Math.max(0, tests.length - mostKept)));
      const [dropped, rest] = [true, false].map((isGone) =>
        kept.filter((each) => gone.has(testOf(each)) === isGone),
      );
      kept.splice(0, kept.length, ...(rest ?? []));
      // Goes with its server at the latest.
      for (const oldest of dropped ?? []) void oldest.release().catch(() => {});
    },
    flushLogs() {
      for (const log of logs.values()) log.flush();
    },
    status: (held) => ({
      services: runPart.status(),
      kept: kept.map(({ service, slot, reason, atEpochMs }) => ({
        service,
        slot,
        reason,
        atEpochMs,
      })),
      slots: [...slots.values()].map(({ number, generation, services }) => ({
        slot: number,
        generation,
        held: held.has(number),
        services,
      })),
    }),
    async changesOf(number, sinceBytes) {
      const settled = (): Promise<unknown> =>
        Promise.all([runPart.settleDeaths(), slots.get(number)?.settleDeaths()]);
      await withinBudget("news", settled, newsMs);
      if (changes.since(sinceBytes, number).length === 0) {
        // Whoever asks has reason to: a process that got a signal takes a moment to be gone.
        await sleep(dyingMs);
        await withinBudget("news", settled, newsMs);
      }
      return { changes: changes.since(sinceBytes, number), bytes: changes.bytes };
    },
    async stop(reason) {
      changes.note({ how: reason, logTail: [] });
      const failures: unknown[] = [];
      await Promise.all([...slots.values()].map((each) => each.close()));
      await Promise.all(
        kept.splice(0).map(async (aside) => {
          const what = `the kept data of ${aside.service}`;
          const failure = await withinBudget(what, () => aside.release(), defaultStopTimeoutMs);
          if (failure !== undefined) failures.push(failure);
        }),
      );
      failures.push(...(await runPart.stop()));
      for (const log of logs.values()) log[Symbol.dispose]();
      if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join("; "));
    },
  };
}

/** What one test left was one slot until then. */
function testOf({ slot, generation }: KeptLease): string {
  return `${slot}/${generation}`;
}
