import { dirname, relative } from "node:path";
import { nearest } from "../kit/nearest.ts";
import type { Stack, StackOptions } from "./define-stack.ts";
import type { Problem } from "./plan.ts";
import { realPath } from "./real-path.ts";

const known: Record<keyof StackOptions, true> = {
  name: true,
  startTimeoutMs: true,
  idleMinutes: true,
  file: true,
};

/** Mistakes in what stands beside the services: the options of the stack, and the file that it says it lives in. */
export function stackOptionProblems(stack: Stack, file: string): Problem[] {
  const { name, startTimeoutMs, idleMinutes } = stack.options;
  const problems: Problem[] = Object.keys(stack.options)
    .filter((key) => !(key in known))
    .map((key) => ({
      at: `options.${key}`,
      message: "is not an option of a stack",
      hint: unknownOption(key),
    }));
  if (name !== undefined && (typeof name !== "string" || name === "")) {
    problems.push({
      at: "options.name",
      message: "is not a text",
      hint: `Give a name, such as "shop"`,
    });
  }
  if (
    startTimeoutMs !== undefined &&
    !(typeof startTimeoutMs === "number" && startTimeoutMs > 0 && startTimeoutMs < 2 ** 31)
  ) {
    problems.push({
      at: "options.startTimeoutMs",
      message: `is ${JSON.stringify(startTimeoutMs)}, not a number of milliseconds above 0`,
      hint: "For three minutes write 180_000",
    });
  }
  if (
    idleMinutes !== undefined &&
    !(typeof idleMinutes === "number" && Number.isFinite(idleMinutes) && idleMinutes >= 0)
  ) {
    problems.push({
      at: "options.idleMinutes",
      message: `is ${JSON.stringify(idleMinutes)}, not a number of minutes from 0 on`,
      hint: "For two hours write 120, for no limit 0",
    });
  }
  if (Object.keys(stack.services).length === 0) {
    problems.push({
      at: "services",
      message: "is empty",
      hint: "Add a service: defineStack({ db: postgres() })",
    });
  }
  return [...problems, ...otherFile(stack, file)];
}

function unknownOption(key: string): string {
  const meant = nearest(key, Object.keys(known));
  return meant === undefined
    ? `The options: ${Object.keys(known).join(", ")}`
    : `Did you mean ${meant}?`;
}

/** Tests find the supervisor by `stack.file`, the command line by the file it loads: they must agree. */
function otherFile(stack: Stack, file: string): Problem[] {
  if (realPath(stack.file) === realPath(file)) return [];
  const other = relative(dirname(file), stack.file);
  return [
    {
      at: "default export",
      message: `this stack was defined in another file, ${other}; tests would look for its services there`,
      hint: `Use that file (--stack ${other}), or give this one as defineStack({ … }, { file: import.meta.filename })`,
    },
  ];
}
