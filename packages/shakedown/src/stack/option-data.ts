import type { JsonValue } from "../errors/shakedown-error.ts";
import { optionFunctionKind } from "./option-functions.ts";
import { fromDerived } from "./derived-option.ts";
import { placeholderText } from "./placeholder.ts";
import type { FunctionReference, Problem } from "./plan.ts";
import { placeOf } from "./place-of.ts";
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
  /** Where a NaN comes from, when it stands in what a function gave. */
  readonly explainNaN?: (at: string) => Problem | undefined;
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
    case "number": {
      if (Number.isFinite(value)) return value;
      const explained = Number.isNaN(value)
        ? walk.explainNaN?.(placeOf(walk.service, path))
        : undefined;
      if (explained === undefined)
        return complain(`is ${value}, not a number`, "Give a finite number, or text");
      walk.problems.push(explained);
      return undefined;
    }
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
        `is ${value === undefined ? "undefined" : `a ${typeof value}`}, and options are plain data`,
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
  const placeholder = placeholderText(value);
  if (placeholder !== undefined) return placeholder;
  const { service, names, problems } = walk;
  const at = placeOf(service, path);
  switch (optionFunctionKind(value)) {
    case "callback":
      return { $function: { service, path } } satisfies FunctionReference;
    case "derived":
      return fromDerived(value as (references: References) => unknown, {
        names,
        at,
        problems,
        toData: (given, explainNaN) => toData(given, path, { ...walk, explainNaN }),
      });
    case undefined:
      problems.push({
        at,
        message: "is a function, and this option takes none",
        hint: "Give the value itself",
      });
      return undefined;
  }
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
