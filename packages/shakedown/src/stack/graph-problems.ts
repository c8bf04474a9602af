import { cyclesOf, toGraph } from "./graph.ts";
import { placeOf } from "./place-of.ts";
import type { Problem, ServicePlan } from "./plan.ts";
import { findReferences } from "./references.ts";
import type { Lifetime } from "./service.ts";

/** Services that wait for each other, and services that outlive what they need. */
export function graphProblems(services: readonly ServicePlan[]): Problem[] {
  return [
    ...cycleProblems(services),
    ...services.flatMap((service) => outlived(service, services)),
  ];
}

function cycleProblems(services: readonly ServicePlan[]): Problem[] {
  return cyclesOf(toGraph(services)).map((cycle) => ({
    at: placeOf(cycle[0] ?? "", []),
    message: `is in a cycle: ${cycle.join(" → ")}; each waits for the next, so none can start first`,
    hint: "Take one of these references (or `after` entries) out, or let one side learn the other's address after the start",
  }));
}

const lifetimeLength: Record<Lifetime, number> = { test: 0, slot: 1, run: 2 };
const lifetimeWords: Record<Lifetime, string> = {
  test: "each test",
  slot: "each slot",
  run: "the whole run",
};

function outlived(service: ServicePlan, services: readonly ServicePlan[]): Problem[] {
  return service.needs.flatMap((name) => {
    const need = services.find((other) => other.name === name);
    if (need === undefined || lifetimeLength[service.per] <= lifetimeLength[need.per]) return [];
    const refers = findReferences(service.options).some((reference) => reference.service === name);
    const verb = refers ? "refers to" : "waits for";
    return [
      {
        at: placeOf(service.name, []),
        message: `is one for ${lifetimeWords[service.per]} and ${verb} ${name}, of which there is one for ${lifetimeWords[need.per]}`,
        hint: `Either run ${service.name} as often, with per: "${need.per}"; or give it one of its own that lasts as long: ${name}For${capital(service.name)}: ${need.engine.name}({ per: "${service.per}", … })`,
      },
    ];
  });
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
