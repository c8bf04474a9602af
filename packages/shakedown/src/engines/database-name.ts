import { createHash } from "node:crypto";

/** What one kind of server makes of names. */
export interface NameRules {
  readonly mostBytes: number;
  /** "PostgreSQL cuts them at 63" */
  readonly limit: string;
  /** Databases that every server has. */
  readonly reserved: RegExp;
}

/** Slot numbers have two digits at most, and a retired slot's next database ends in "_r" and its generation. */
const longestSlot = "63";
const longestSuffix = "_r999";

/** The pattern that holds when none was given: "db_test_{slot}". */
export function defaultPattern(service: string, per: string): string {
  const base = service
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replace(/[^a-z0-9_]/g, "_");
  return per === "slot" ? `${base}_test_{slot}` : `${base}_test`;
}

export interface PatternProblem {
  readonly message: string;
  readonly hint: string;
}

export function patternProblem(
  pattern: string,
  per: string,
  { mostBytes, limit, reserved }: NameRules,
): PatternProblem | undefined {
  const holes = pattern.match(/\{[^}]*\}/g) ?? [];
  const unknown = holes.find((hole) => hole !== "{slot}");
  if (unknown !== undefined) {
    return {
      message: `has ${unknown}, and only {slot} is filled in`,
      hint: `Write "${pattern.replace(unknown, "{slot}")}"`,
    };
  }
  if (per === "slot" && holes.length === 0) {
    return {
      message: `"${pattern}" is the same for every slot`,
      hint: `Put {slot} into it: "${pattern}_{slot}"`,
    };
  }
  if (per !== "slot" && holes.length > 0) {
    return {
      message: `has {slot}, but the database is one for the whole run`,
      hint: `Take {slot} out, or set per: "slot"`,
    };
  }
  if (reserved.test(pattern) || pattern.startsWith("shakedown_template")) {
    return {
      message: `"${pattern}" is a name that the server itself uses`,
      hint: `Choose another, such as "${pattern}_test"`,
    };
  }
  const filled = pattern.replaceAll("{slot}", longestSlot) + longestSuffix;
  const bytes = Buffer.byteLength(filled);
  return bytes <= mostBytes
    ? undefined
    : {
        message: `gives names of up to ${bytes} bytes (${filled}), and ${limit}`,
        hint: `Shorten it by ${bytes - mostBytes} bytes`,
      };
}

export interface FillOptions {
  readonly slot: number;
  readonly generation: number;
  /** Keeps those apart who share an external server. */
  readonly owner?: string;
}

export function fillPattern(
  pattern: string,
  { slot, generation, owner }: FillOptions,
  { mostBytes }: NameRules,
): string {
  const filled = pattern.replaceAll("{slot}", String(slot));
  const name = generation === 0 ? filled : `${filled}_r${generation}`;
  return owner === undefined ? name : cut(name, mostBytes - owner.length - 1) + `_${owner}`;
}

function cut(name: string, bytes: number): string {
  if (Buffer.byteLength(name) <= bytes) return name;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 6);
  let short = name;
  while (Buffer.byteLength(short) > bytes - 7) short = short.slice(0, -1);
  return `${short}_${hash}`;
}
