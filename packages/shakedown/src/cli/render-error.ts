import { basename } from "node:path";
import { isShakedownError, type JsonValue } from "../errors/shakedown-error.ts";
import type { Paint } from "../kit/paint.ts";
import { printable } from "../kit/printable.ts";

/**
 * An error as a person reads it: what happened, what was seen, what to do.
 *
 *   ✖ db was not ready after 10000 ms
 *
 *     checked    select 1 on 127.0.0.1:40123
 *     tries      12
 *     log tail
 *       │ FATAL: could not map shared memory
 *
 *   → Read its log: shakedown logs db                                  START_TIMEOUT
 */
export function renderError(error: unknown, paint: Paint): string {
  if (!isShakedownError(error)) return renderBug(error, paint);
  const [first = "", ...more] = printable(error.message).split("\n");
  const lines = [
    `${paint("red", "✖")} ${paint("bold", first)}`,
    ...more.map((line) => `  ${line}`.trimEnd()),
  ];
  const details = renderDetails(withoutRepeats(error.details, error.message), paint);
  if (details.length > 0) lines.push("", ...details.map((line) => `  ${line}`.trimEnd()));
  lines.push("");
  if (error.hint !== undefined)
    lines.push(`${paint("cyan", "→")} ${printable(error.hint).replaceAll("\n", "\n  ")}`);
  lines.push(paint("dim", `  ${error.code}`));
  if (error.code === "INTERNAL" && error.stack !== undefined)
    lines.push("", paint("dim", printable(error.stack)));
  return `${lines.join("\n")}\n`;
}

function renderBug(error: unknown, paint: Paint): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return [
    `${paint("red", "✖")} ${paint("bold", "shakedown met an error that it does not know: this is a bug in it.")}`,
    "",
    ...printable(text)
      .split("\n")
      .map((line) => `  ${line}`),
    "",
  ].join("\n");
}

/** What the message tells already (a list of problems, a stack trace) is not told again below it. */
function withoutRepeats(
  details: Readonly<Record<string, JsonValue>>,
  message: string,
): Record<string, JsonValue> {
  const words = (text: string): string => text.replaceAll(/\s+/g, " ").trim();
  const said = words(message);
  const isSaid = (value: JsonValue): boolean => {
    if (typeof value === "string") {
      const isPath = value.startsWith("/") && value.length > 1;
      return said.includes(words(value)) || (isPath && said.includes(words(basename(value))));
    }
    if (typeof value === "number") return false;
    if (isObject(value) && typeof value["message"] === "string")
      return said.includes(words(value["message"]));
    return Array.isArray(value) && value.every(isSaid);
  };
  return Object.fromEntries(
    Object.entries(details).filter(([key, value]) => key === "logTail" || !isSaid(value)),
  );
}

function renderDetails(details: Readonly<Record<string, JsonValue>>, paint: Paint): string[] {
  const entries = Object.entries(details).filter(([, value]) => value !== null && !isEmpty(value));
  const inline = entries.filter(([, value]) => isInline(value));
  const width = Math.max(0, ...inline.map(([key]) => toWords(key).length));
  const short = inline.map(
    ([key, value]) =>
      `${paint("dim", toWords(key).padEnd(width))}  ${printable(String(value))}${key.endsWith("Ms") ? " ms" : ""}`,
  );
  const long = entries
    .filter(([, value]) => !isInline(value))
    .flatMap(([key, value]) => [
      paint("dim", toWords(key)),
      ...renderBlock(value, paint).map((line) => `  ${line}`),
    ]);
  return [...short, ...long];
}

function renderBlock(value: JsonValue, paint: Paint): string[] {
  const bar = paint("dim", "│");
  if (typeof value === "string") {
    return printable(value)
      .split("\n")
      .map((line) => `${bar} ${line}`);
  }
  if (!Array.isArray(value)) {
    if (value !== null && typeof value === "object")
      return renderDetails(value as Record<string, JsonValue>, paint);
    return [String(value)];
  }
  return (value as readonly JsonValue[]).flatMap((item) => {
    if (typeof item === "string") return renderBlock(item, paint);
    if (isProblem(item)) return renderProblem(item, paint);
    if (isRow(item))
      return [
        Object.entries(item)
          .map(([key, cell]) => `${paint("dim", toWords(key))} ${printable(String(cell))}`)
          .join("  "),
      ];
    return [JSON.stringify(item)];
  });
}

interface ProblemShown {
  readonly at: string;
  readonly message: string;
  readonly hint?: string;
}

function renderProblem({ at, message, hint }: ProblemShown, paint: Paint): string[] {
  const [first = "", ...more] = printable(message).split("\n");
  return [
    `${paint("yellow", printable(at))}: ${first}`,
    ...more.map((line) => `  ${line}`.trimEnd()),
    ...(hint === undefined ? [] : [`  ${paint("cyan", "→")} ${printable(hint)}`]),
  ];
}

function isProblem(value: JsonValue): value is JsonValue & ProblemShown {
  return isObject(value) && typeof value["at"] === "string" && typeof value["message"] === "string";
}

function isRow(value: JsonValue): value is Readonly<Record<string, JsonValue>> {
  return (
    isObject(value) &&
    Object.values(value).every((cell) => cell === null || typeof cell !== "object")
  );
}

function isObject(value: JsonValue): value is Readonly<Record<string, JsonValue>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isInline(value: JsonValue): boolean {
  return (
    (typeof value === "string" && !value.includes("\n")) ||
    typeof value === "number" ||
    typeof value === "boolean"
  );
}

function isEmpty(value: JsonValue): boolean {
  return (
    value === "" ||
    (Array.isArray(value) && value.length === 0) ||
    (isObject(value) && Object.keys(value).length === 0)
  );
}

/** "lastSeen" reads as "last seen", "tookMs" as "took": the unit stands behind the number. */
function toWords(key: string): string {
  return key
    .replace(/Ms$/, "")
    .replaceAll(/([a-z\d])([A-Z])/g, "$1 $2")
    .toLowerCase();
}
