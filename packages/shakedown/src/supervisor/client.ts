import { isShakedownError, ShakedownError } from "../errors/shakedown-error.ts";
import { ownIdentity } from "../process/identity.ts";
import { askSupervisor, whileItAnswers } from "./ask-supervisor.ts";
import { endSupervisor, type EndedSupervisor } from "./end-supervisor.ts";
import { addressOf, ensureSupervisor } from "./ensure-supervisor.ts";
import { sweepAbandoned } from "./sweep-abandoned.ts";
import type {
  ServiceActed,
  ServiceAction,
  SessionLine,
  SupervisorInfo,
  SupervisorStatus,
} from "./protocol.ts";
import { joinSession } from "./join-session.ts";
import { toSearch } from "./log-search.ts";
import { followLogs } from "./follow-logs.ts";
import { replaceOutdated } from "./replace-outdated.ts";
import { placesOf } from "./places.ts";
import { readLogs } from "./read-logs.ts";
import type { HeldSession, LogLines, LogQuery, OpenSessionOptions } from "./session.ts";
import type { Share } from "./shares.ts";
import { call, callForLines, isNobodyThere, type WireRequest } from "./wire.ts";

const quickLimitMs = 10_000;

/**
 * Opens a session with the stack's supervisor, which is started if there is none. Whoever opened it closes it; it also ends
 * when this process dies. Services start on the first `start` or `borrow`.
 *
 * @throws ShakedownError `STACK_INVALID`, `SUPERVISOR_UNREACHABLE`
 */
export async function openSession(options: OpenSessionOptions): Promise<HeldSession> {
  const address = await addressOf(options.plan.file, options.environment);
  let keep = options.keep;
  for (let attempt = 1; ; attempt += 1) {
    const inherited = await replaceOutdated(address);
    keep ??= inherited;
    await ensureSupervisor(address, options.environment);
    try {
      return await openOn(address.socket, keep === undefined ? options : { ...options, keep });
    } catch (error) {
      // It stopped between our look and our call: the next one is on its way.
      const late =
        isNobodyThere(error) || (isShakedownError(error) && error.code === "SESSION_ENDED");
      if (!late || attempt >= 20) throw error;
    }
  }
}

/** A supervisor that was started before anybody needs it. */
export interface PreparedSupervisor {
  /** For a caller that needs none after all: it ends at once, unless somebody else uses it. */
  leave(): Promise<void>;
}

/** Starts the stack's supervisor while the caller still reads the stack. What fails is told by `openSession`. */
export function prepareSupervisor(
  stackFile: string,
  environment: Readonly<Record<string, string>>,
): PreparedSupervisor {
  const started = addressOf(stackFile, environment)
    .then(async (address) => {
      await replaceOutdated(address);
      await ensureSupervisor(address, environment);
      return address;
    })
    .catch(() => undefined); // told by openSession
  return {
    async leave() {
      const address = await started;
      if (address === undefined) return;
      await quick(address.socket, { method: "POST", path: "/leave", body: {} }).catch(() => {}); // gone by itself
    },
  };
}

/** What may be asked of a supervisor without a session. */
export interface SupervisorControl {
  readonly info: SupervisorInfo;
  status(): Promise<SupervisorStatus>;
  logs(query: LogQuery): Promise<readonly LogLines[]>;
  /** Where a service's data can be looked at; with passwords. */
  shares(service: string): Promise<readonly Share[]>;
  /** Restarts, stops or starts one service for everybody who uses it. */
  act(service: string, action: ServiceAction, slot?: number): Promise<ServiceActed>;
  /** Stops it with everything that it runs; settles when it is gone. `by` is told to the runs that lose it. */
  stop(by?: string): Promise<EndedSupervisor | undefined>;
}

/** The supervisor of this stack file, if one is running. */
export async function findSupervisor(
  stackFile: string,
  environment: Readonly<Record<string, string>>,
): Promise<SupervisorControl | undefined> {
  const { socket } = await addressOf(stackFile, environment);
  const info = await askSupervisor(socket);
  if (info === undefined) {
    // Whatever command comes first after a disaster tidies up.
    await sweepAbandoned(environment);
    return undefined;
  }
  return {
    info,
    status: () => quick<SupervisorStatus>(socket, { method: "GET", path: "/status" }),
    logs: async (query) =>
      (
        await quick<{ logs: LogLines[] }>(socket, {
          method: "GET",
          path: `/logs?${toSearch(query)}`,
        })
      ).logs,
    shares: async (service) =>
      (
        await quick<{ shares: readonly Share[] }>(socket, {
          method: "GET",
          path: `/services/${encodeURIComponent(service)}/shares`,
        })
      ).shares,
    act: (service, action, slot) =>
      whileItAnswers(
        socket,
        call<ServiceActed>(socket, {
          method: "POST",
          path: `/services/${encodeURIComponent(service)}/${action}${slot === undefined ? "" : `?slot=${slot}`}`,
          body: {},
        }),
      ),
    stop: (by = "another command") => endSupervisor(stackFile, environment, { by }),
  };
}

/** The logs of a stack, running or not, as they stand in its folder. */
export function readStoredLogs(stackFile: string, query: LogQuery): Promise<readonly LogLines[]> {
  return readLogs(placesOf(stackFile).logs, query);
}

/** Tells each line that is added to the logs of a stack, until the signal aborts. */
export function followStoredLogs(
  stackFile: string,
  ...rest: Tail<Parameters<typeof followLogs>>
): Promise<void> {
  return followLogs(placesOf(stackFile).logs, ...rest);
}

type Tail<Items extends readonly unknown[]> = Items extends readonly [unknown, ...infer Rest]
  ? Rest
  : never;

async function openOn(socket: string, options: OpenSessionOptions): Promise<HeldSession> {
  const { plan, purpose, environment, keep, fresh, asItIs, onEvent } = options;
  const { lines, end } = await whileItAnswers(
    socket,
    callForLines(socket, {
      method: "POST",
      path: "/sessions",
      body: { holder: ownIdentity(), purpose, plan, environment, keep, fresh, asItIs },
    }),
  );
  const reader = lines[Symbol.asyncIterator]();
  const first = (await reader.next()).value as SessionLine | undefined;
  if (first?.type !== "session:opened")
    throw new ShakedownError("SESSION_ENDED", "the supervisor ended before it opened the session");
  const ended = (async () => {
    for (let next = await reader.next(); next.done !== true; next = await reader.next()) {
      const line = next.value as SessionLine;
      if (line.type === "event") onEvent?.(line.event);
      if (line.type === "session:ended") return line.reason;
    }
    return "the supervisor is gone";
  })();
  const joined = joinSession({ socket, session: first.session });
  return {
    ...joined,
    ended,
    reuse: first.reuse ?? { outcome: "first", reasons: [], atEpochMs: Date.now() },
    async [Symbol.asyncDispose]() {
      // The supervisor ends the session once it has stopped what nobody needs any more, so that we hear of it.
      const path = `/sessions/${first.session}/close`;
      await quick(socket, { method: "POST", path, body: {} })
        .then(() => whileItAnswers(socket, ended))
        .catch(() => {}); // it is gone, or hangs: hanging up is all that is left
      end();
      await ended;
    },
  };
}

/** For what is answered at once, or not at all. */
function quick<Answer>(socket: string, wire: WireRequest): Promise<Answer> {
  return call<Answer>(socket, wire, { limitMs: quickLimitMs });
}
