import type { ServiceEvent } from "../../events/run-event.ts";
import { until } from "../../kit/until.ts";
import type { StackPlan } from "../../stack/plan.ts";
import { findSupervisor, openSession } from "../../supervisor/client.ts";
import { type MeasuredStart, toStartPhases } from "./start-phases.ts";

const goneLimitMs = 30_000;

/** Starts the whole stack with one slot, as the first test of a run would have it, and stops it again. */
export async function measureStart(
  plan: StackPlan,
  environment: Readonly<Record<string, string>>,
): Promise<MeasuredStart> {
  const events: ServiceEvent[] = [];
  const calledEpochMs = Date.now();
  const startedMs = performance.now();
  let openedEpochMs = calledEpochMs;
  let totalMs: number;
  {
    await using session = await openSession({
      plan,
      purpose: "lease",
      environment,
      onEvent: (event) => events.push(event),
    });
    openedEpochMs = Date.now();
    const services = plan.services.map(({ name }) => name);
    await session.borrow({ wish: 0, services });
    totalMs = performance.now() - startedMs;
  }
  await until(async () => (await findSupervisor(plan.file, environment)) === undefined, {
    timeoutMs: goneLimitMs,
    what: "the stack to stop",
  });
  return { totalMs, phases: toStartPhases(events, { calledEpochMs, openedEpochMs }) };
}
