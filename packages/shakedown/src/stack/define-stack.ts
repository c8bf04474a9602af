import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ShakedownError } from "../errors/shakedown-error.ts";
import { callSiteFile } from "./call-site.ts";
import { invalidStackError } from "./invalid-stack.ts";
import { placeOf } from "./place-of.ts";
import type { Problem } from "./plan.ts";
import { realPath } from "./real-path.ts";
import type { Services } from "./service.ts";

export interface StackOptions {
  /** Shown in messages. @default the name of the stack file's folder */
  readonly name?: string;
  /** For the start of all services together, installing and migrating included. @default 180000 */
  readonly startTimeoutMs?: number;
  /** How long services that are kept running wait for a client before they stop; 0 is no limit. @default 120 */
  readonly idleMinutes?: number;
  /** Path or file URL of the stack file. @default the file that calls `defineStack` */
  readonly file?: string;
}

export interface Stack<StackServices extends Services = Services> {
  readonly kind: "shakedown.stack";
  /** Absolute path of the stack file. */
  readonly file: string;
  readonly services: StackServices;
  readonly options: StackOptions;
}

/**
 * Declares the services of a system. Give it to the tests (`stackTest(stack)`) and export it as the default of
 * `shakedown.stack.ts` for the command line. Nothing starts here; mistakes are told, all at once, when the stack is loaded.
 *
 * @throws ShakedownError `STACK_INVALID` when a value is not a service at all
 */
export function defineStack<StackServices extends Services>(
  services: StackServices,
  options: StackOptions = {},
): Stack<StackServices> {
  const file = options.file === undefined ? callSiteFile(defineStack) : fromUrl(options.file);
  if (file === undefined) {
    throw new ShakedownError("STACK_INVALID", "defineStack cannot tell which file calls it", {
      hint: "Name the file: defineStack({ … }, { file: import.meta.filename })",
    });
  }
  const strangers = Object.entries(services).flatMap(([name, value]) => notAService(name, value));
  if (strangers.length > 0) throw invalidStackError(strangers, file);
  return Object.freeze({
    kind: "shakedown.stack",
    file,
    services: Object.freeze({ ...services }),
    options: Object.freeze({ ...options }),
  });
}

export function isStack(value: unknown): value is Stack {
  return (
    typeof value === "object" &&
    value !== null &&
    (value as { kind?: unknown }).kind === "shakedown.stack"
  );
}

function fromUrl(file: string): string {
  return realPath(file.startsWith("file:") ? fileURLToPath(file) : resolve(file));
}

function notAService(name: string, value: unknown): Problem[] {
  if (
    typeof value === "object" &&
    value !== null &&
    (value as { kind?: unknown }).kind === "shakedown.service"
  )
    return [];
  const at = placeOf(name, []);
  if (typeof value === "function") {
    const called = value.name === "" ? name : value.name;
    return [{ at, message: "is a function, not a service", hint: `Call it: ${name}: ${called}()` }];
  }
  if (value instanceof Promise)
    return [{ at, message: "is a promise, not a service", hint: `Await it: ${name}: await …` }];
  return [
    {
      at,
      message: `is ${describe(value)}, not a service`,
      hint: `Make it with an engine, such as ${name}: postgres() or ${name}: command({ run: ["node", "server.js"] })`,
    },
  ];
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "string") return `the string ${JSON.stringify(value)}`;
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "a plain object" : `the ${typeof value} ${String(value)}`;
}
