import type { JsonValue } from "../errors/shakedown-error.ts";
import { type Misuse, type PlaceholderUse, placeholders } from "./placeholder.ts";
import type { Problem } from "./plan.ts";
import { calculates, shown } from "./reference-problems.ts";
import type { Reference } from "./references.ts";
import type { References } from "./service.ts";

export interface DerivedOption {
  /** The services that exist, and `self`. */
  readonly names: readonly string[];
  readonly at: string;
  /** Turns what the function gave into data; calls `explainNaN` for the place of each NaN. */
  readonly toData: (
    given: unknown,
    explainNaN: (at: string) => Problem | undefined,
  ) => JsonValue | undefined;
  readonly problems: Problem[];
}

/** Calls an option that is a function of the references with placeholders, and tells how they were misused. */
export function fromDerived(
  derive: (references: References) => unknown,
  { names, at, toData, problems }: DerivedOption,
): JsonValue | undefined {
  const use: PlaceholderUse = { misuses: [], spelled: new Map() };
  let given: unknown;
  try {
    given = derive(placeholders(names, use));
  } catch (error) {
    problems.push(...misuseProblems(use.misuses, at), {
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
    const hint = "Make it a plain function, and await what it needs before defineStack";
    problems.push({ at, message: "is an async function", hint });
    return undefined;
  }
  if (given === undefined) return undefined;
  const counted = use.misuses.find(({ kind }) => kind === "number")?.reference;
  let placed = false;
  const data = toData(given, (place) => {
    placed = true;
    const reference = counted ?? [...use.spelled.values()][0];
    return reference === undefined ? undefined : { at: place, ...calculates(reference) };
  });
  const untold = use.misuses.filter(({ kind }) => !(placed && kind === "number"));
  problems.push(...misuseProblems(untold, at));
  if (data !== undefined) problems.push(...alteredTexts(use, data, at));
  return data;
}

function misuseProblems(misuses: readonly Misuse[], at: string): Problem[] {
  const problems = new Map(
    misuses.map((misuse) => [JSON.stringify(misuse), { at, ...explain(misuse) }]),
  );
  return [...problems.values()];
}

function explain(misuse: Misuse): Omit<Problem, "at"> {
  if (misuse.kind === "number") return calculates(misuse.reference);
  const name = shown(misuse.reference);
  return {
    message: `calls ${name}.${misuse.method}(), but ${name} is a placeholder while the stack is loaded`,
    hint: `Pass ${name} on as it is, or build text around it: \`\${${name}}/path\``,
  };
}

/** `encodeURIComponent(db.url)` and the like give text in which nobody will find the reference again. */
function alteredTexts({ spelled }: PlaceholderUse, data: JsonValue, at: string): Problem[] {
  const all = JSON.stringify(data);
  return [...spelled].flatMap(([text, reference]) =>
    isAltered(text, all) ? [{ at, ...alters(reference) }] : [],
  );
}

/** Not "is missing": a text may have been built for a comparison or a log line only. */
function isAltered(text: string, all: string): boolean {
  if (all.includes(text)) return false;
  const encoded = [encodeURIComponent(text), btoa(text).replaceAll("=", "")];
  return (
    encoded.some((form) => all.includes(form)) || all.toLowerCase().includes(text.toLowerCase())
  );
}

function alters(reference: Reference): Omit<Problem, "at"> {
  const name = shown(reference);
  return {
    message: `changes the text of ${name}, which is a placeholder while the stack is loaded`,
    hint: `Pass ${name} on as it is and encode it in the service`,
  };
}
