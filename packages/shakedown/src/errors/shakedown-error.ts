import { type ErrorCode, errorCodes } from "./codes.ts";

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

export interface ErrorOptions {
  /** One imperative sentence, with a command where there is one. */
  readonly hint?: string;
  /** What was checked, what was seen, the end of a log. JSON-safe, without secrets. */
  readonly details?: Readonly<Record<string, JsonValue>>;
  readonly cause?: unknown;
}

/** The form in which an error crosses a process border. */
export interface WireError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
  readonly details?: Readonly<Record<string, JsonValue>>;
}

const brand = Symbol.for("shakedown.error");

/** The one error that Shakedown throws: callers branch on `code`, people read `message`, `details` and `hint`. */
export class ShakedownError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, JsonValue>>;
  readonly [brand] = true;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "ShakedownError";
    this.code = code;
    this.hint = options.hint;
    this.details = options.details ?? {};
  }

  toJSON(): WireError {
    return toWireError(this);
  }
}

/** Tells our errors from others, across duplicate installs and realms. */
export function isShakedownError(value: unknown): value is ShakedownError {
  return typeof value === "object" && value !== null && brand in value;
}

export function toWireError(error: unknown): WireError {
  if (isShakedownError(error)) {
    return {
      code: error.code,
      message: error.message,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      ...(Object.keys(error.details).length === 0 ? {} : { details: error.details }),
    };
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    code: "INTERNAL",
    message: error instanceof Error ? error.message : String(error),
    details: { stack },
  };
}

export function fromWireError(wire: WireError): ShakedownError {
  return new ShakedownError(wire.code in errorCodes ? wire.code : "INTERNAL", wire.message, {
    ...(wire.hint === undefined ? {} : { hint: wire.hint }),
    ...(wire.details === undefined ? {} : { details: wire.details }),
  });
}
