import type { JsonValue } from "../errors/shakedown-error.ts";
import type { EngineReference, Lifetime } from "./service.ts";

/** Raised when the shape of a plan changes, so that cached plans of another version are not read. */
export const planFormat = 1;

/** A stack as plain JSON: what the loader prints, the supervisor starts, and the content hash covers. */
export interface StackPlan {
  readonly format: typeof planFormat;
  /** Absolute path of the stack file. */
  readonly file: string;
  /** Absolute folder that relative paths in the stack are relative to: the stack file's. */
  readonly root: string;
  readonly startTimeoutMs: number;
  /** How long what is kept running may wait for a client, where the stack says. */
  readonly idleMinutes?: number;
  /** In the order of declaration. */
  readonly services: readonly ServicePlan[];
}

export interface ServicePlan {
  readonly name: string;
  readonly engine: EngineReference;
  readonly per: Lifetime;
  /** Services that must be ready first: those referenced and those named in `after`. */
  readonly needs: readonly string[];
  /** Absent: it is started again for whoever needs it next. */
  readonly restart?: "never";
  /** How long it may take to stop, where the stack says. */
  readonly stopTimeoutMs?: number;
  /** References stand in strings as `${{service.output}}`; a function stands as a `FunctionReference`. */
  readonly options: Readonly<Record<string, JsonValue>>;
}

/** A function in the stack file, called in a child process: the supervisor never loads user code. */
export interface FunctionReference {
  readonly $function: { readonly service: string; readonly path: readonly string[] };
}

/** One mistake in a stack, with its place and what to do about it. */
export interface Problem {
  /** Where: `services.api.env.DATABASE_URL`, or a file. */
  readonly at: string;
  readonly message: string;
  readonly hint?: string;
}
