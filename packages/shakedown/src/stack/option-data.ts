import type { JsonValue } from "../errors/shakedown-error.ts";
import { optionFunctionKind } from "./option-functions.ts";
import { fromPlaceholder, type Misuse, placeholders, type PlaceholderUse } from "./placeholder.ts";
import type { FunctionReference, Problem } from "./plan.ts";
import type { Reference } from "./references.ts";
import type { References } from "./service.ts";

export interface OptionData {
  readonly options: Readonly<Record<string, JsonValue>>;
  readonly problems: readonly Problem[];
}

/** A service's options as plain JSON: derived options are called with placeholders, callbacks become their place. */
export function toOptionData(
  service: string,
  options: object,
  names: readonly string[],
): OptionData {
  const problems: Problem[] = [];
  const walk: Walk = { service, names, problems, holders: [] };
  const data = toRecord(options, [], walk);
  return { options: data, problems };
}

interface Walk {
  readonly service: string;
  readonly names: readonly string[];
  readonly problems: Problem[];
  /** The objects around the present value, to see a circle. */
  readonly holders: readonly object[];
}

type Path = readonly string[];

function toRecord(value: object, path: Path, walk: Walk): Record<string, JsonValue> {
  const inside = { ...walk, holders: [...walk.holders, value] };
  const data: Record<string, JsonValue> = {};
  for (const [key, item] of Object.entries(value)) {
    const converted = item === undefined ? undefined : toData(item, [...path, key], inside);
    if (converted !== undefined) data[key] = converted;
  }
  return data;
}

function toData(value: unknown, path: Path, walk: Walk): JsonValue | undefined {
  const complain = (message: string, hint: string): undefined => {
    walk.problems.push({ at: placeOf(walk.service, path), message, hint });
    return undefined;
  };
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      if (Number.isFinite(value)) return value;
      return complain(`is ${value}, not a number`, "Give a finite number, or text");
    case "function":
      return fromFunction(value as (...input: never[]) => unknown, path, walk);
    case "object":
      if (value === null) return null;
      if (walk.holders.includes(value))
        return complain("contains itself", "Options are plain data: break the circle");
      if (Array.isArray(value)) return toArray(value, path, walk);
      if (isPlainObject(value)) return toRecord(value, path, walk);
      return complain(
        `is a ${value.constructor.name}, and options are plain data`,
        remedyFor(value),
      );
    case "bigint":
    case "symbol":
    case "undefined":
      return complain(
        `is ${withArticle(typeof value)}, and options are plain data`,
        "Give text, a number, true or false, a list or an object",
      );
  }
}

function toArray(values: readonly unknown[], path: Path, walk: Walk): JsonValue[] {
  const inside = { ...walk, holders: [...walk.holders, values] };
  return values.flatMap((item, index) => {
    const data = toData(item, [...path, String(index)], inside);
    return data === undefined ? [] : [data];
  });
}

function fromFunction(
  value: (...input: never[]) => unknown,
  path: Path,
  walk: Walk,
): JsonValue | undefined {
  const placeholder = fromPlaceholder(value);
  if (placeholder !== undefined && "token" in placeholder) return placeholder.token;
  const at = placeOf(walk.service, path);
  if (placeholder !== undefined) {
    walk.problems.push(wholeService(placeholder.service, at));
    return undefined;
  }
  const kind = optionFunctionKind(value);
  if (kind === "callback") {
    return {
      $function: { service: walk.service, path },
    } satisfies FunctionReference;
  }
  if (kind === "derived")
    return fromDerived(value as (references: References) => unknown, path, walk);
  walk.problems.push({
    at,
    message: "is a function, and this option takes none",
    hint: "Give the value itself",
  });
  return undefined;
}

function fromDerived(
  derive: (references: References) => unknown,
  path: Path,
  walk: Walk,
): JsonValue | undefined {
  const at = placeOf(walk.service, path);
  const use = placeholders(walk.names);
  let given: unknown;
  try {
    given = derive(use.references);
  } catch (error) {
    walk.problems.push(...misuseProblems(use, [], at), {
      at,
      message: `threw ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`,
      hint: "References are placeholders while the stack is loaded: pass them on as they are, or build text around them",
    });
    return undefined;
  }
  if (given instanceof Promise) {
    given.catch(() => {
      // Its outcome is of no use: that it is a promise is the mistake.
    });
    walk.problems.push({
      at,
      message: "is an async function",
      hint: "Make it a plain one, and await before defineStack what it needs",
    });
    return undefined;
  }
  const inner: Walk = { ...walk, problems: [] };
  const data = given === undefined ? undefined : toData(given, path, inner);
  walk.problems.push(
    ...inner.problems.map((problem) => explainNaN(problem, use)),
    ...misuseProblems(use, inner.problems, at),
  );
  if (data !== undefined) walk.problems.push(...alteredTokens(use, data, at));
  return data;
}

function explainNaN(problem: Problem, use: PlaceholderUse): Problem {
  if (!problem.message.startsWith("is NaN")) return problem;
  const counted = use.misuses.find((misuse) => misuse.kind === "number");
  const spelled = [...use.spelled.values()][0];
  const reference = counted?.reference ?? spelled;
  return reference === undefined ? problem : countedWith(reference, problem.at);
}

function misuseProblems(use: PlaceholderUse, told: readonly Problem[], at: string): Problem[] {
  const seen = new Set<string>();
  return use.misuses.flatMap((misuse) => {
    if (misuse.kind === "number" && told.some(({ message }) => message.startsWith("is NaN")))
      return [];
    const problem = misuseProblem(misuse, at);
    if (seen.has(problem.message)) return [];
    seen.add(problem.message);
    return [problem];
  });
}

function misuseProblem(misuse: Misuse, at: string): Problem {
  switch (misuse.kind) {
    case "number":
      return countedWith(misuse.reference, at);
    case "service":
      return wholeService(misuse.service, at);
    case "call": {
      const name = shown(misuse.reference);
      return {
        at,
        message: `calls ${name}.${misuse.method}(), but ${name} is a placeholder while the stack is loaded`,
        hint: `Pass ${name} on as it is, or build text around it: \`\${${name}}/path\``,
      };
    }
  }
}

function countedWith(reference: Reference, at: string): Problem {
  const name = shown(reference);
  return {
    at,
    message: `calculates with ${name}, which is a placeholder while the stack is loaded`,
    hint: `Pass ${name} on as it is and calculate in the service; for a second port, ask for one: ports: ["other"]`,
  };
}

function wholeService(service: string, at: string): Problem {
  return {
    at,
    message: `uses ${service} as a value, but it is a whole service`,
    hint: `Choose one of its outputs, such as ${service}.url`,
  };
}

/** `encodeURIComponent(db.url)` and the like give text in which nobody will find the reference again. */
function alteredTokens(use: PlaceholderUse, data: JsonValue, at: string): Problem[] {
  const text = JSON.stringify(data);
  return [...use.spelled].flatMap(([token, reference]) => {
    const name = shown(reference);
    if (
      new RegExp(`${escaped(token)}\\d`).test(text) &&
      /(^|\.)ports?(\.|$)/.test(reference.output)
    )
      return [countedWith(reference, at)];
    if (text.includes(token)) return [];
    const altered = [
      encodeURIComponent(token),
      btoa(token).replaceAll("=", ""),
      JSON.stringify(token).slice(1, -1),
    ];
    const found =
      altered.some((form) => text.includes(form)) ||
      text.toLowerCase().includes(token.toLowerCase());
    if (!found) return [];
    const message = `changes the text of ${name}, which is a placeholder while the stack is loaded`;
    return [{ at, message, hint: `Pass ${name} on as it is and encode it in the service` }];
  });
}

function escaped(text: string): string {
  return text.replaceAll(/[$.{}-]/g, String.raw`\$&`);
}

function shown({ service, output }: Reference): string {
  return `${service}.${output}`;
}

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  // The prototype of another realm's objects (Vitest's vm pools) has no prototype of its own either.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function remedyFor(value: object): string {
  if (value instanceof URL)
    return value.protocol === "file:"
      ? "Give a path: fileURLToPath(url)"
      : "Give its text: url.href";
  if (value instanceof RegExp) return "Give its text, or in `ready` use logLine(/…/)";
  if (value instanceof Date) return "Give its text: date.toISOString()";
  if (value instanceof Map) return "Give a plain object: Object.fromEntries(map)";
  if (value instanceof Set) return "Give a list: [...set]";
  if (value instanceof Promise) return "Await it before defineStack";
  return "Give text, a number, true or false, a list or an object";
}

function withArticle(word: string): string {
  return /^[aeiou]/.test(word) ? `an ${word}` : `a ${word}`;
}

export function placeOf(service: string, path: readonly string[]): string {
  return ["services", service, ...path].join(".");
}
