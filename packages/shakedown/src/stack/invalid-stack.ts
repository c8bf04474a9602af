import { relative } from "node:path";
import { type JsonValue, ShakedownError } from "../errors/shakedown-error.ts";
import type { Problem } from "./plan.ts";

/** All mistakes of a stack in one error, as a numbered list that reads well in a terminal. */
export function invalidStackError(problems: readonly Problem[], file: string): ShakedownError {
  const count = problems.length === 1 ? "1 mistake" : `${problems.length} mistakes`;
  const width = String(problems.length).length;
  const entries = problems.map((problem, index) =>
    entry(problem, String(index + 1).padStart(width + 2), file),
  );
  return new ShakedownError("STACK_INVALID", [`${file} has ${count}:`, ...entries].join("\n\n"), {
    details: { file, problems: problems.map((problem): JsonValue => ({ ...problem })) },
  });
}

function entry({ at, message, hint }: Problem, number: string, file: string): string {
  const indent = " ".repeat(number.length + 2);
  const place = at.startsWith("/") ? relativeTo(file, at) : at;
  const lines = [`${number}. ${place}`, ...indented(message, indent)];
  if (hint !== undefined) lines.push(...indented(`→ ${hint}`, indent));
  return lines.join("\n");
}

function indented(text: string, indent: string): string[] {
  return text.split("\n").map((line) => `${indent}${line}`);
}

function relativeTo(file: string, path: string): string {
  return relative(file, path).replace(/^\.\.\//, "");
}
