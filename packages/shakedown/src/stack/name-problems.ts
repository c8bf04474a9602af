import { placeOf } from "./place-of.ts";
import type { Problem } from "./plan.ts";

/** What a database identifier, an environment variable and a host name can all hold, with room for our own parts. */
const namePattern = /^[A-Za-z_][A-Za-z0-9_-]{0,40}$/;

const reserved = new Map<string, string>([
  ["self", "the service's own outputs in references"],
  ...[
    "annotate",
    "bench",
    "expect",
    "onTestFailed",
    "onTestFinished",
    "recordArtifact",
    "signal",
    "skip",
    "task",
  ].map((name) => [name, "a value that Vitest gives to every test"] as const),
  ...["resources", "tempFolder"].map(
    (name) => [name, "a fixture that Shakedown gives to every test"] as const,
  ),
  ...["__proto__", "constructor", "hasOwnProperty", "prototype", "then", "toString", "valueOf"].map(
    (name) => [name, "a name that JavaScript needs itself"] as const,
  ),
]);

/** Names that cannot be a database, an environment variable or a fixture, and names that would be mistaken for each other. */
export function nameProblems(names: readonly string[]): Problem[] {
  const seen = new Map<string, string>();
  return names.flatMap((name) => {
    const at = placeOf(name, []);
    const twin = seen.get(name.toLowerCase());
    seen.set(name.toLowerCase(), twin ?? name);
    const use = reserved.get(name);
    if (use !== undefined)
      return [{ at, message: `${name} is ${use}`, hint: `Rename the service: ${name}Service` }];
    if (!namePattern.test(name))
      return [{ at, message: whyNot(name), hint: `Rename the service: ${suggestion(name)}` }];
    if (twin === undefined) return [];
    const message = `differs from ${placeOf(twin, [])} only in upper and lower case; database and folder names do not tell them apart`;
    return [{ at, message, hint: "Rename one of the two" }];
  });
}

function whyNot(name: string): string {
  if (name.length > 41) return `a name has at most 41 characters, this one has ${name.length}`;
  if (name === "") return "a service needs a name";
  if (/^[0-9-]/.test(name))
    return "a name starts with a letter or _, so that databases and environment variables can hold it";
  return "a name holds only letters of the English alphabet, digits, _ and -, so that databases and environment variables can hold it";
}

function suggestion(name: string): string {
  const plain = name
    .replaceAll("ß", "ss")
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/[^A-Za-z0-9_-]+/g, "_")
    .replace(/^[-_]+/, "")
    .replace(/[-_]+$/, "");
  const started = /^[0-9]/.test(plain) ? `_${plain}` : plain;
  return started === "" ? "service" : started.slice(0, 41);
}
