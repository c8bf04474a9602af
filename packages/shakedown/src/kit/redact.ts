import type { JsonValue } from "../errors/shakedown-error.ts";

/** Takes secrets out of texts before they are written down. Knows more as services start and tell what theirs are. */
export interface Redactor {
  /** From now on, these are left out, too. */
  add(secrets: Iterable<string>): void;
  /** How many it knows: it goes up when there are new ones. */
  readonly known: number;
  text(text: string): string;
  /** The same for every string in a JSON value; gives the value itself where there is nothing to leave out. */
  json<Value extends object>(value: Value): Value;
}

/** What stands in a secret's place. */
export const redacted = "***";

/** Shorter ones would be found inside other words, and are no secrets to speak of. */
const leastLength = 6;

export function redactor(secrets: Iterable<string> = []): Redactor {
  const known = new Set<string>();
  let pattern: RegExp | undefined;

  function add(more: Iterable<string>): void {
    const before = known.size;
    for (const secret of more) {
      if (secret.length < leastLength || notSecret.has(secret.toLowerCase())) continue;
      // As it stands, inside a URL, and inside JSON.
      known.add(secret);
      known.add(encodeURIComponent(secret));
      known.add(JSON.stringify(secret).slice(1, -1));
    }
    if (known.size === before) return;
    // The longest first: one secret may begin with another.
    const longestFirst = [...known].toSorted((left, right) => right.length - left.length);
    pattern = new RegExp(longestFirst.map(escaped).join("|"), "g");
  }

  function text(given: string): string {
    const withoutPasswords = given.includes("://")
      ? given.replaceAll(passwordInUrl, `$1${redacted}@`)
      : given;
    return pattern === undefined
      ? withoutPasswords
      : withoutPasswords.replaceAll(pattern, redacted);
  }

  add(secrets);
  return {
    add,
    get known() {
      return known.size;
    },
    text,
    json(value) {
      const line = JSON.stringify(value);
      return text(line) === line ? value : (cleaned(JSON.parse(line) as JsonValue, text) as never);
    },
  };
}

/** Not on the line as a whole: `123456` is found in numbers, too, and `started` in what an event is called. */
function cleaned(value: JsonValue, text: (given: string) => string): JsonValue {
  if (typeof value === "string") return text(value);
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((item: JsonValue) => cleaned(item, text));
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      namesOfKinds.has(name) ? member : cleaned(member, text),
    ]),
  );
}

/** What programs tell values apart by; of the words that stand there, none is anybody's secret. */
const namesOfKinds: ReadonlySet<string> = new Set(["type", "state", "kind"]);

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** `://user:password@`; begins with what is fixed, so that a long line costs no more than its length. */
const passwordInUrl = /(:\/\/[^\s/:@"'<>\\]*:)[^\s/@"'<>\\]+@/g;

/** Passwords that everybody knows, and that are words of other texts. */
const notSecret = new Set(["postgres", "password", "secret", "default", "public", "development"]);

/** The values among these whose names say that they are secrets: of an environment, or of what a service tells. */
export function secretsAmong(values: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => {
    if (typeof value !== "string") return [];
    const inUrl = /^[a-z][a-z\d+.-]*:\/\/[^\s/:@]*:([^\s/@]+)@/i.exec(value)?.[1];
    if (inUrl !== undefined) return [inUrl, decoded(inUrl)];
    return nameOfSecret.test(name) && !isPlace(value) ? [value] : [];
  });
}

const nameOfSecret =
  /pass(?:word|wd|phrase)?$|secret|token|api_?key|private_?key|access_?key|credential|^auth$/i;

/** `AWS_WEB_IDENTITY_TOKEN_FILE=/run/…` names a secret's place, and `${{db.password}}` whose it is. */
function isPlace(value: string): boolean {
  return value.startsWith("/") || value.startsWith("${{");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // not escaped, then
  }
}
