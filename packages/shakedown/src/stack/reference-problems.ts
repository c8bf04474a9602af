import type { JsonValue } from "../errors/shakedown-error.ts";
import { nearest } from "../kit/nearest.ts";
import { placeOf } from "./place-of.ts";
import type { Problem, ServicePlan } from "./plan.ts";
import { findReferences, type Reference, toToken } from "./references.ts";
import type { Services } from "./service.ts";

/** References and `after` entries that name a service or an output that does not exist. */
export function referenceProblems(plans: readonly ServicePlan[], services: Services): Problem[] {
  const byName = new Map(plans.map((plan) => [plan.name, plan]));
  return plans.flatMap((plan) => [
    ...textsIn(plan.options, []).flatMap(({ text, path }) => {
      const at = placeOf(plan.name, path);
      return [
        ...findReferences(text).flatMap((reference) => check(reference, at, plan, byName)),
        ...wholeServices(text, [...byName.keys(), "self"]).map((problem) => ({ at, ...problem })),
        ...sums(text).map((problem) => ({ at, ...problem })),
      ];
    }),
    ...afterProblems(plan.name, services[plan.name]?.after, [...byName.keys()]),
  ]);
}

export function shown({ service, output }: Reference): string {
  return `${service}.${output}`;
}

export function calculates(reference: Reference): Omit<Problem, "at"> {
  const name = shown(reference);
  return {
    message: `calculates with ${name}, which is a placeholder while the stack is loaded`,
    hint: `Pass ${name} on as it is and calculate in the service; for a second port, ask for one: ports: ["other"]`,
  };
}

/** `${db}` where an output of it was meant. */
function wholeServices(text: string, names: readonly string[]): Omit<Problem, "at">[] {
  return [...text.matchAll(/\$\{\{\s*([A-Za-z_][\w-]*)\s*\}\}/g)].flatMap(([, name = ""]) => {
    if (!names.includes(name)) return [];
    const hint = `Choose one of its outputs, such as ${name}.url`;
    return [{ message: `uses ${name} as a value, but it is a whole service`, hint }];
  });
}

/** `db.port + 1` is text, with the 1 behind the port. */
function sums(text: string): Omit<Problem, "at">[] {
  return findReferences(text)
    .filter(({ output }) => /^port$|^ports\./.test(output))
    .filter((reference) => /^\d/.test(text.split(toToken(reference))[1] ?? ""))
    .map((reference) => calculates(reference));
}

function check(
  reference: Reference,
  at: string,
  { name, engine }: ServicePlan,
  byName: ReadonlyMap<string, ServicePlan>,
): Problem[] {
  const { service, output } = reference;
  if (service === name) {
    return [
      {
        at,
        message: `refers to ${service}.${output}, which is the service itself`,
        hint: `Write self.${output}`,
      },
    ];
  }
  const target = service === "self" ? engine : byName.get(service)?.engine;
  if (target === undefined)
    return [
      {
        at,
        ...unknownService(
          service,
          [...byName.keys()].filter((other) => other !== name),
        ),
      },
    ];
  const problem = unknownOutput(reference, target.outputs);
  return problem === undefined ? [] : [{ at, ...problem }];
}

function unknownService(service: string, names: readonly string[]): Omit<Problem, "at"> {
  const meant = nearest(service, [...names, "self"]);
  const known =
    names.length === 0
      ? "It is the only service of the stack"
      : `The other services: ${names.join(", ")}`;
  return {
    message: `refers to ${service}, which is not a service of this stack`,
    hint: meant === undefined ? known : `Did you mean ${meant}?`,
  };
}

function unknownOutput(
  { service, output }: Reference,
  known: readonly string[] | undefined,
): Omit<Problem, "at"> | undefined {
  if (known === undefined || known.includes(output)) return undefined;
  const group = known.filter((name) => name.startsWith(`${output}.`));
  if (group.length > 0) {
    const choices = group.map((name) => `${service}.${name}`).join(", ");
    return {
      message: `uses ${service}.${output} as a value, but it is a group`,
      hint: `Choose one of: ${choices}`,
    };
  }
  const meant = nearest(output, known);
  const has =
    known.length === 0 ? `${service} has no outputs` : `${service} has: ${known.join(", ")}`;
  return {
    message: `refers to ${service}.${output}, which does not exist`,
    hint: meant === undefined ? has : `Did you mean ${service}.${meant}? ${has}`,
  };
}

function afterProblems(name: string, after: unknown, names: readonly string[]): Problem[] {
  if (!Array.isArray(after)) {
    const hint = `Write after: ["db"]`;
    return [{ at: placeOf(name, ["after"]), message: "is not a list of service names", hint }];
  }
  const others = names.filter((other) => other !== name);
  return after.flatMap((need: unknown, index) => {
    if (typeof need === "string" && others.includes(need)) return [];
    return [{ at: placeOf(name, ["after", String(index)]), ...wrongAfter(need, name, others) }];
  });
}

function wrongAfter(need: unknown, name: string, others: readonly string[]): Omit<Problem, "at"> {
  if (typeof need !== "string") {
    return { message: "is not the name of a service", hint: `Write its name as text: "db"` };
  }
  if (need === name) return { message: "names the service itself", hint: "Take it out" };
  const meant = nearest(need, others);
  const known =
    others.length === 0
      ? "It is the only service of the stack"
      : `The other services: ${others.join(", ")}`;
  return {
    message: `names ${need}, which is not a service of this stack`,
    hint: meant === undefined ? known : `Did you mean ${meant}?`,
  };
}

function textsIn(
  value: JsonValue,
  path: readonly string[],
): { text: string; path: readonly string[] }[] {
  if (typeof value === "string") return [{ text: value, path }];
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([key, item]) => textsIn(item, [...path, key]));
}
