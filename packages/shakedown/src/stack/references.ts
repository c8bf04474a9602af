import type { JsonValue } from "../errors/shakedown-error.ts";

/** What a running service tells the others: `url`, `host`, `port`, `database`, a log line's named groups… */
export type Outputs = Readonly<Record<string, string>>;

const token = /\$\{\{\s*([A-Za-z_][\w-]*)((?:\.[A-Za-z_][\w-]*)+)\s*\}\}/g;

export interface Reference {
  readonly service: string;
  /** `url`, or `ports.http`. */
  readonly output: string;
}

export function toToken({ service, output }: Reference): string {
  return `\${{${service}.${output}}}`;
}

/** All references inside a JSON value, each once, in order of appearance. */
export function findReferences(value: JsonValue): Reference[] {
  const found = new Map<string, Reference>();
  visitStrings(value, (text) => {
    for (const match of text.matchAll(token)) {
      const reference = { service: match[1] ?? "", output: (match[2] ?? "").slice(1) };
      found.set(toToken(reference), reference);
    }
    return text;
  });
  return [...found.values()];
}

/** Replaces each reference that `lookUp` knows; leaves the others as they stand. */
export function resolveReferences<Value extends JsonValue>(
  value: Value,
  lookUp: (reference: Reference) => string | undefined,
): Value {
  return visitStrings(value, (text) =>
    text.replaceAll(
      token,
      (whole, service: string, output: string) =>
        lookUp({ service, output: output.slice(1) }) ?? whole,
    ),
  ) as Value;
}

function visitStrings(value: JsonValue, visit: (text: string) => string): JsonValue {
  if (typeof value === "string") return visit(value);
  if (Array.isArray(value)) return value.map((item: JsonValue) => visitStrings(item, visit));
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, visitStrings(item, visit)]),
    );
  }
  return value;
}
