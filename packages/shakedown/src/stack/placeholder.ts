import { inspect } from "node:util";
import { type Reference, toToken } from "./references.ts";
import type { References } from "./service.ts";

/** A mistake in the use of a placeholder, seen while the user's function runs. */
export type Misuse =
  | { readonly kind: "number"; readonly reference: Reference }
  | { readonly kind: "call"; readonly reference: Reference; readonly method: string };

/** What one run of the user's function did with its placeholders. */
export interface PlaceholderUse {
  readonly misuses: Misuse[];
  /** References that became text, by that text: it must stand unchanged somewhere in what the function gave. */
  readonly spelled: Map<string, Reference>;
}

/** The argument of a user's function: every property of every name is a placeholder. */
export function placeholders(names: readonly string[], use: PlaceholderUse): References {
  return new Proxy<References>(
    {},
    {
      get: (_target, name) => (typeof name === "string" ? placeholder(name, [], use) : undefined),
      has: (_target, name) => typeof name === "string",
      ownKeys: () => [...names],
      getOwnPropertyDescriptor: (_target, name) =>
        typeof name === "string"
          ? { value: placeholder(name, [], use), enumerable: true, configurable: true }
          : undefined,
    },
  );
}

/** The text that a placeholder stands for; nothing for other values. */
export function placeholderText(value: unknown): string | undefined {
  const place = typeof value === "function" ? places.get(value) : undefined;
  return place === undefined ? undefined : textOf(place.service, place.path);
}

const places = new WeakMap<
  object,
  { readonly service: string; readonly path: readonly string[] }
>();

/** Callable, so that `db.url.replace(…)` is seen as the mistake that it is and not as "replace is not a function". */
function placeholder(service: string, path: readonly string[], use: PlaceholderUse): unknown {
  const spell = (): string => {
    const text = textOf(service, path);
    if (path.length > 0) use.spelled.set(text, toReference(service, path));
    return text;
  };
  const count = (): number => {
    use.misuses.push({ kind: "number", reference: toReference(service, path) });
    return Number.NaN;
  };
  const proxy: object = new Proxy(function reference() {}, {
    get: (_target, name) => {
      if (name === Symbol.toPrimitive)
        return (hint: string) => (hint === "number" ? count() : spell());
      if (typeof name !== "string") return name === inspect.custom ? spell : undefined;
      return ["toString", "valueOf", "toJSON"].includes(name)
        ? spell
        : placeholder(service, [...path, name], use);
    },
    apply: () => {
      const owner = path.slice(0, -1);
      use.misuses.push({
        kind: "call",
        reference: toReference(service, owner),
        method: path.at(-1) ?? "",
      });
      return placeholder(service, owner, use);
    },
  });
  places.set(proxy, { service, path });
  return proxy;
}

/** A whole service is no reference, yet its text says which one was meant, so that the mistake is told at its place. */
function textOf(service: string, path: readonly string[]): string {
  return path.length === 0 ? `\${{${service}}}` : toToken(toReference(service, path));
}

function toReference(service: string, path: readonly string[]): Reference {
  return { service, output: path.join(".") };
}
