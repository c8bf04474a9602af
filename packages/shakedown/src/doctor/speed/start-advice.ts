import { durationText } from "../../kit/duration-text.ts";
import type { StackPlan } from "../../stack/plan.ts";
import {
  criticalChain,
  type MeasuredStart,
  type StartPhase,
  supervisorTitle,
} from "./start-phases.ts";

export interface SpeedFacts {
  readonly plan: StackPlan;
  /** As caches were. */
  readonly first: MeasuredStart;
  /** With what the first one has left in them. */
  readonly second: MeasuredStart;
  readonly dataOnTmpfs: boolean;
  readonly cpus: number;
}

/** A phase shorter than this is not worth a sentence. */
const leastMs = 100;

/** What would make a start shorter here, the largest gain first. One sentence each. */
export function startAdvice(facts: SpeedFacts): readonly string[] {
  const { second, dataOnTmpfs, cpus } = facts;
  const slow = criticalChain(second.phases)
    .filter(({ fromMs, toMs }) => toMs - fromMs >= leastMs)
    .toSorted((left, right) => right.toMs - right.fromMs - (left.toMs - left.fromMs));
  return [
    `Keep it running between runs (shakedown up): a run then starts nothing, and saves these ${durationText(second.totalMs)}.`,
    ...cacheAdvice(facts),
    ...slow.flatMap((phase) => phaseAdvice(phase, facts)),
    ...(dataOnTmpfs
      ? []
      : [
          "Give it a tmpfs with room for data (docker run --shm-size=1g …): databases are on the disk now.",
        ]),
    ...(cpus < 2
      ? ["One processor runs everything: services that start side by side wait for each other."]
      : []),
  ];
}

function cacheAdvice({ first, second }: SpeedFacts): string[] {
  const savedMs = first.totalMs - second.totalMs;
  if (savedMs < leastMs) return [];
  return [
    `Keep the cache folder between CI jobs: the first start took ${durationText(first.totalMs)}, the one after it ${durationText(second.totalMs)}.`,
  ];
}

function phaseAdvice(
  { title, service, provider, fromMs, toMs }: StartPhase,
  { plan }: SpeedFacts,
): string[] {
  if (title === supervisorTitle || service === undefined) return [];
  const took = durationText(toMs - fromMs);
  if (provider?.kind === "container") {
    return [
      `${title} takes ${took} in a container: a native program is ready in a fraction of it (shakedown install).`,
    ];
  }
  const { per, needs } = plan.services.find(({ name }) => name === service) ?? {};
  if (per === "slot" && title !== service && (needs ?? []).length > 0) {
    return [
      `${title} takes ${took}, for each worker: what its process does before it is ready is worth a look; shakedown logs ${service}`,
    ];
  }
  return [`${title} takes ${took}, and nothing else goes on meanwhile: shakedown logs ${service}`];
}
