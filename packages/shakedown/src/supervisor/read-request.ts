import { type JsonValue, ShakedownError } from "../errors/shakedown-error.ts";
import type {
  BorrowSlot,
  OpenSession,
  RetireSlot,
  ServiceAction,
  StartServices,
} from "./protocol.ts";

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string";
const isNames: Check = (value) => Array.isArray(value) && value.every(isText);
const isObject: Check = (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isNumber: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isFlag: Check = (value) => typeof value === "boolean";
const isTexts: Check = (value) => isObject(value) && Object.values(value as object).every(isText);
const orAbsent =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const isPurpose: Check = (value) =>
  ["up", "run", "exec", "lease", "connect", "ui"].includes(value as string);
const isAction: Check = (value) => ["restart", "stop", "start"].includes(value as string);
const isHolder: Check = (value) => has(value, { pid: isNumber, startTime: isText });
const isPlan: Check = (value) =>
  has(value, { file: isText, root: isText, startTimeoutMs: isNumber, services: isServices });
const isServices: Check = (value) =>
  Array.isArray(value) &&
  value.every((service) =>
    has(service, { name: isText, per: isText, needs: isNames, engine: isEngine }),
  );
const isEngine: Check = (value) => has(value, { name: isText, module: isText });

/** A request of a client of another version must be refused here: deeper in, it would end the supervisor under everybody. */
export const readRequest = {
  action: (word: string | undefined): ServiceAction =>
    read<{ readonly action: ServiceAction }>({ action: word ?? null }, { action: isAction }).action,
  stop: (body: JsonValue): { readonly by?: string; readonly because?: "down" | "replaced" } =>
    read(body ?? {}, {
      by: orAbsent(isText),
      because: orAbsent((word) => word === "down" || word === "replaced"),
    }),
  openSession: (body: JsonValue): OpenSession =>
    read(body, {
      holder: isHolder,
      purpose: isPurpose,
      plan: isPlan,
      environment: isTexts,
      keep: orAbsent((value) => has(value, { idleMs: isNumber })),
      fresh: orAbsent(isFlag),
      asItIs: orAbsent(isFlag),
    }),
  startServices: (body: JsonValue): StartServices =>
    read(body ?? {}, { services: (value) => value === undefined || isNames(value) }),
  borrowSlot: (body: JsonValue): BorrowSlot =>
    read(body, { holder: isHolder, wish: isNumber, services: isNames }),
  retireSlot: (body: JsonValue): RetireSlot =>
    read(body, { service: isText, reason: isText, keep: isFlag, services: isNames }),
};

function read<Request>(body: JsonValue, members: Readonly<Record<string, Check>>): Request {
  if (has(body, members)) return body as Request;
  const wrong = Object.keys(members).filter(
    (name) => !has(body, { [name]: members[name] as Check }),
  );
  throw new ShakedownError(
    "CONTROL_PROTOCOL",
    `a request to the supervisor has no usable ${wrong.join(", ")}`,
    {
      hint: "Run `shakedown down`, so that the next command starts a supervisor of its own version.",
    },
  );
}

function has(value: unknown, members: Readonly<Record<string, Check>>): boolean {
  if (!isObject(value)) return false;
  const found = value as Readonly<Record<string, unknown>>;
  return Object.entries(members).every(([name, check]) => check(found[name]));
}
