import { dirname } from "node:path";
import type { JsonValue } from "../errors/shakedown-error.ts";
import type { Stack } from "./define-stack.ts";
import { splitEndOptions } from "./end-options.ts";
import { graphProblems } from "./graph-problems.ts";
import { nameProblems } from "./name-problems.ts";
import { toOptionData } from "./option-data.ts";
import { placeOf } from "./place-of.ts";
import { planFormat, type Problem, type ServicePlan, type StackPlan } from "./plan.ts";
import { referenceProblems } from "./reference-problems.ts";
import { findReferences } from "./references.ts";
import type { Lifetime, Service } from "./service.ts";
import { stackOptionProblems } from "./stack-option-problems.ts";

export interface PlannedStack {
  readonly plan: StackPlan;
  /** Empty when the plan can be used. */
  readonly problems: readonly Problem[];
  /** Services whose options could not be made plain data: an engine would only complain about what follows from that. */
  readonly unreadable: readonly string[];
}

const defaultStartTimeoutMs = 180_000;

/** Turns a stack into plain JSON and finds every mistake that can be seen without an engine. */
export function toPlan(stack: Stack, file: string): PlannedStack {
  const names = Object.keys(stack.services);
  const converted = Object.entries(stack.services).map(([name, service]) =>
    toServicePlan(name, service, names),
  );
  const services = converted.map(({ plan }) => plan);
  const dataProblems = converted.flatMap(({ problems }) => problems);
  return {
    plan: {
      format: planFormat,
      file,
      root: dirname(file),
      startTimeoutMs: stack.options.startTimeoutMs ?? defaultStartTimeoutMs,
      ...(stack.options.idleMinutes === undefined
        ? {}
        : { idleMinutes: stack.options.idleMinutes }),
      services,
    },
    problems: [
      ...stackOptionProblems(stack, file),
      ...nameProblems(names),
      ...converted.flatMap(({ service, plan }) => lifetimeProblems(plan.name, service)),
      ...dataProblems,
      ...referenceProblems(services, stack.services),
      ...graphProblems(services),
    ],
    unreadable: converted.flatMap(({ plan, problems }) => (problems.length > 0 ? [plan.name] : [])),
  };
}

interface Converted {
  readonly service: Service;
  readonly plan: ServicePlan;
  readonly problems: readonly Problem[];
}

function toServicePlan(name: string, service: Service, names: readonly string[]): Converted {
  const { end, rest, problems: endProblems } = splitEndOptions(name, service.options);
  const { options, problems } = toOptionData(name, rest, [...names, "self"]);
  const { name: engineName, module, outputs } = service.engine;
  const referenced = findReferences(options as JsonValue).map((reference) => reference.service);
  const needs = [...new Set([...referenced, ...afterOf(service)])].filter(
    (need) => need !== "self" && need !== name,
  );
  return {
    service,
    problems: [...endProblems, ...problems],
    plan: {
      name,
      engine: { name: engineName, module, ...(outputs === undefined ? {} : { outputs }) },
      per: service.per,
      needs: needs.filter((need) => names.includes(need)),
      ...end,
      options,
    },
  };
}

function afterOf(service: Service): readonly string[] {
  return Array.isArray(service.after)
    ? service.after.filter((need) => typeof need === "string")
    : [];
}

const lifetimes: readonly Lifetime[] = ["run", "slot", "test"];

function lifetimeProblems(name: string, service: Service): Problem[] {
  if (lifetimes.includes(service.per)) return [];
  const at = placeOf(name, ["per"]);
  return [
    { at, message: `is ${JSON.stringify(service.per)}`, hint: `Choose "run", "slot" or "test"` },
  ];
}
