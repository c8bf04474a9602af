import { inspect } from "node:util";
import { type Reference, toToken } from "./references.ts";
import type { References } from "./service.ts";

/** A mistake in the use of a placeholder, seen while the user's function runs. */
export type Misuse =
  | { readonly kind: "number"; readonly reference: Reference }
  | { readonly kind: "call"; readonly reference: Reference; readonly method: string }
  | { readonly kind: "service"; readonly service: string };

/** What one run of the user's function did with its placeholders. */
export interface PlaceholderUse {
  readonly references: References;
  readonly misuses: Misuse[];
  /** References that became text, and so must stand unchanged somewhere in what the function gave. */
  readonly spelled: Map<string, Reference>;
}

const tokens = new WeakMap<
  object,
  { readonly service: string; readonly path: readonly string[] }
>();

export function placeholders(names: readonly string[]): PlaceholderUse {
  const use = { misuses: [], spelled: new Map() } as Pick<PlaceholderUse, "misuses" | "spelled">;
  const references = new Proxy<References>(
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
  return { ...use, references };
}

/** The token that a placeholder stands for; for the placeholder of a whole service, only its name. */
export function fromPlaceholder(
  value: unknown,
): { readonly token: string } | { readonly service: string } | undefined {
  const place = typeof value === "function" ? tokens.get(value) : undefined;
  if (place === undefined) return undefined;
  return place.path.length === 0
    ? { service: place.service }
    : { token: toToken(toReference(place.service, place.path)) };
}

type Use = Pick<PlaceholderUse, "misuses" | "spelled">;

/** Callable, so that `db.url.replace(…)` is seen as the mistake that it is and not as "undefined is not a function". */
function placeholder(service: string, path: readonly string[], use: Use): unknown {
  const spell = (): string => {
    if (path.length === 0) {
      use.misuses.push({ kind: "service", service });
      return `\${{${service}}}`;
    }
    const token = toToken(toReference(service, path));
    use.spelled.set(token, toReference(service, path));
    return token;
  };
  const proxy: object = new Proxy(function reference() {}, {
    get: (_target, name) => {
      if (name === Symbol.toPrimitive)
        return (hint: string) => (hint === "number" ? asNumber(service, path, use) : spell());
      if (name === "toString" || name === "valueOf" || name === "toJSON" || name === inspect.custom)
        return spell;
      return typeof name === "string" ? placeholder(service, [...path, name], use) : undefined;
    },
    apply: () => {
      const method = path.at(-1) ?? "";
      use.misuses.push({
        kind: "call",
        reference: toReference(service, path.slice(0, -1)),
        method,
      });
      return placeholder(service, path.slice(0, -1), use);
    },
  });
  tokens.set(proxy, { service, path });
  return proxy;
}

function asNumber(service: string, path: readonly string[], use: Use): number {
  if (path.length === 0) use.misuses.push({ kind: "service", service });
  else use.misuses.push({ kind: "number", reference: toReference(service, path) });
  return Number.NaN;
}

function toReference(service: string, path: readonly string[]): Reference {
  return { service, output: path.join(".") };
}
