import { spawnSync } from "node:child_process";
import type { TestContext } from "vitest";

type Test = Pick<TestContext, "skip" | "task">;

declare module "vitest" {
  interface TaskMeta {
    /** Why a test was left out: the last lines of `npm test` tell it. */
    leftOut?: string;
  }
}

/** Leaves a test out where something that it needs is missing; with SHAKEDOWN_REQUIRE=all it fails, with the same reason. */
export function need(test: Test, missing: string | undefined): void {
  if (missing === undefined) return;
  if (process.env["SHAKEDOWN_REQUIRE"] === "all") throw new Error(missing);
  leaveOut(test, missing);
}

/** Leaves a test out that has no meaning here: it is about another platform, or another kind of user. */
export function onlyWhere(test: Test, isHere: boolean, where: string): void {
  if (!isHere) leaveOut(test, `only ${where}`);
}

/** The reason for `need` where one of these command lines does not work. */
export function missingCommand(...commands: readonly (readonly string[])[]): string | undefined {
  const failing = commands.find(([program = "", ...args]) => spawnSync(program, args).status !== 0);
  return failing === undefined ? undefined : `this does not work here: ${failing.join(" ")}`;
}

function leaveOut({ skip, task }: Test, reason: string): void {
  task.meta.leftOut = reason;
  skip(reason);
}
