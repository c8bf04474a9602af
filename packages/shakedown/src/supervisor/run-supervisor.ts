import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rm, rmdir, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { ShakedownError } from "../errors/shakedown-error.ts";
import { Scope } from "../kit/scope.ts";
import { isAlive, ownIdentity, type ProcessIdentity } from "../process/identity.ts";
import { openProcesses } from "../process/open-processes.ts";
import { makeFolders } from "../providers/folders.ts";
import { invalidStackError } from "../stack/invalid-stack.ts";
import { validatePlan } from "../stack/validate-plan.ts";
import { packageVersion } from "../kit/package-version.ts";
import { removeDeadLock } from "./ensure-supervisor.ts";
import { publishSocket, unpublishSocket } from "./publish-socket.ts";
import { listenJson, type Routes } from "./json-server.ts";
import { loadEngines, rememberEngines, warmEngines } from "./load-engines.ts";
import type { Places } from "./places.ts";
import {
  type BorrowSlot,
  type OpenSession,
  protocolVersion,
  type RetireSlot,
  type SupervisorInfo,
  type SupervisorStatus,
} from "./protocol.ts";
import { readLogs } from "./read-logs.ts";
import { readRequest } from "./read-request.ts";
import { openSessions, type Session } from "./sessions.ts";
import { openStackRoom, roomKeyOf, type StackRoom } from "./stack-room.ts";
import { claimData, claimFileOf, sweepOrphans } from "./sweep-orphans.ts";

export interface SupervisorOptions {
  readonly places: Places;
  /** Where clients look: a link to the socket of whichever supervisor runs. */
  readonly socket: string;
  /** The client that waits for us. */
  readonly starter: ProcessIdentity;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * The supervisor of one stack file: owns all services, hands out slots, and ends when nobody needs it any more.
 *
 * Settles when it has stopped everything; what happens between is driven by requests and by the ends of sessions.
 */
export async function runSupervisor({
  places,
  socket,
  starter,
  environment,
}: SupervisorOptions): Promise<void> {
  const scope = new Scope();
  const self = ownIdentity();
  const startedEpochMs = Date.now();
  // The last run's logs were there to be read until now; a slot that this run has not would look alive.
  await rm(places.logs, { recursive: true, force: true });
  await mkdir(places.logs, { recursive: true });
  await writeFile(join(places.state, ".gitignore"), "*\n");
  const roots = await makeFolders({ stackFile: places.stackFile, environment });
  // A folder of our own: the leash of a predecessor that was killed may still be removing its own.
  const sockets = await mkdtemp(join(roots.sockets, `${self.pid}-`));
  const cookie = randomUUID().replaceAll("-", "");
  const opening = openProcesses({
    cookie,
    runtimeFolder: sockets,
    onNote: (text) => void process.stderr.write(`${text}\n`),
  });
  void warmEngines(places).catch(() => {}); // the first start of a stack knows none
  const processes = await opening;
  scope.own("the leash", processes, (opened) => opened[Symbol.asyncDispose]());
  const claim = claimFileOf(roots, places.key, self);
  // Before it is there: a kill in between would leave it.
  await processes.removeOnDeath(claim);
  await claimData(claim, { ...self, cookie, sockets });
  scope.defer("the claim on data folders", () => rm(claim, { force: true }));

  /** Generations of the stack by what shapes them; there is more than one only while a stack file is being edited. */
  const rooms = new Map<string, Promise<StackRoom>>();
  let keep = false;
  let stopping: Promise<void> | undefined;
  let stopped: () => void = () => {};
  const ended = new Promise<void>((resolve) => (stopped = resolve));

  const own = join(sockets, "control");
  const isStopping = (): boolean => stopping !== undefined;

  const sessions = openSessions((session) => {
    void afterSession(session).catch((error: unknown) =>
      process.stderr.write(`after a session: ${String(error)}\n`),
    );
  });

  async function afterSession(session: Session): Promise<void> {
    if (sessions.of(session.room).length === 0 && !keep) {
      // The last room stays known, so that the end of everything begins with the orderly end of its services.
      if (sessions.all().length === 0) return stop();
      rooms.delete(session.room.key);
      await session.room.stop();
    }
  }

  async function openSession(request: OpenSession, response: ServerResponse): Promise<void> {
    if (isStopping()) throw new ShakedownError("SESSION_ENDED", "the supervisor is stopping");
    const problems = await validatePlan(request.plan);
    if (problems.length > 0) throw invalidStackError(problems, request.plan.file);
    const key = await roomKeyOf(request.plan, await loadEngines(request.plan));
    const known = rooms.get(key);
    const room =
      known ??
      openStackRoom({
        plan: request.plan,
        key,
        environment: request.environment,
        places,
        roots: { ...roots, sockets },
        processes,
        emit: (event) => sessions.tellRoom(key, event),
      });
    rooms.set(key, room);
    void rememberEngines(request.plan, places).catch(() => {}); // the next start is a little slower
    const opened = await room;
    if (isStopping()) throw new ShakedownError("SESSION_ENDED", "the supervisor is stopping");
    const session = sessions.open(request, opened, response);
    for (const event of opened.runPart.alreadyReady()) session.tell({ type: "event", event });
    if (request.purpose === "up") keep = true;
    // A generation that only `up` kept alive goes when another takes its place.
    for (const [otherKey, other] of rooms) {
      const old = await other;
      if (otherKey === key || sessions.of(old).length > 0) continue;
      rooms.delete(otherKey);
      void old.stop().catch((error: unknown) =>
        session.tell({
          type: "event",
          event: {
            type: "service:progress",
            service: "the old stack",
            step: String(error),
            atEpochMs: Date.now(),
          },
        }),
      );
    }
  }

  async function start(session: Session, names: readonly string[]): Promise<void> {
    const key = [...names].toSorted().join(" ");
    if (session.failedStarts.has(key)) throw session.failedStarts.get(key);
    try {
      await session.room.runPart.start(names);
    } catch (error) {
      session.failedStarts.set(key, error);
      throw error;
    }
  }

  async function borrow(session: Session, request: BorrowSlot): Promise<object> {
    const known = session.borrowed.get(request.wish);
    const slot =
      known === undefined
        ? session.room.freeSlot(request.wish, sessions.held(session.room))
        : session.room.slot(known.slot);
    session.borrowed.set(request.wish, { slot: slot.number, holder: request.holder });
    await start(session, request.services);
    return slot.fill(request.services);
  }

  async function retire(
    session: Session,
    slotNumber: number,
    request: RetireSlot,
  ): Promise<object> {
    const { lease, aside } = await session.room
      .slot(slotNumber)
      .retire(request.services, request.keep);
    session.room.keep(aside);
    const kept = aside.map(({ service, connect }) => ({ service, connect }));
    sessions.tellRoom(session.room.key, {
      type: "slot:retired",
      slot: slotNumber,
      service: request.service,
      reason: request.reason,
      ...(kept[0] === undefined ? {} : { kept: kept[0] }),
      atEpochMs: Date.now(),
    });
    return { lease, kept };
  }

  async function status(): Promise<SupervisorStatus> {
    const open = await Promise.all(rooms.values());
    const shown = open.map((room) => room.status(sessions.held(room)));
    return {
      ...info(),
      startedEpochMs,
      memoryBytes: process.memoryUsage.rss(),
      keep,
      sessions: sessions
        .all()
        .map(({ id, purpose, holder, sinceEpochMs }) => ({ id, purpose, holder, sinceEpochMs })),
      services: shown.flatMap(({ services }) => services),
      slots: shown.flatMap(({ slots }) => slots),
    };
  }

  const info = (): SupervisorInfo => ({
    ...self,
    protocol: protocolVersion,
    version: packageVersion(),
    stackFile: places.stackFile,
  });

  const routes: Routes = {
    "GET /": () => ({ ...info(), stopping: isStopping() }),
    "GET /status": status,
    "GET /logs": async ({ query }) => {
      for (const room of await Promise.all(rooms.values())) room.flushLogs();
      return { logs: await readLogs(places.logs, logQuery(query)) };
    },
    "POST /stop": () => {
      keep = false;
      setImmediate(() => void stop());
      return {};
    },
    "POST /leave": () => {
      if (rooms.size === 0 && sessions.all().length === 0) setImmediate(() => void stop());
      return {};
    },
    "POST /sessions": async ({ body, response }) => {
      await openSession(readRequest.openSession(body), response);
      return undefined;
    },
    "POST /sessions/:session/start": async ({ at, body }) => {
      const session = sessions.find(at["session"] ?? "");
      const names =
        readRequest.startServices(body).services ??
        session.room.plan.services.map(({ name }) => name);
      await start(session, names);
      return {};
    },
    "POST /sessions/:session/slots": ({ at, body }) =>
      borrow(sessions.find(at["session"] ?? ""), readRequest.borrowSlot(body)),
    "POST /sessions/:session/slots/:slot/return": ({ at }) => {
      const session = sessions.find(at["session"] ?? "");
      for (const [wish, { slot }] of session.borrowed)
        if (slot === Number(at["slot"])) session.borrowed.delete(wish);
      return {};
    },
    "POST /sessions/:session/slots/:slot/retire": ({ at, body }) =>
      retire(...borrowedSlot(at), readRequest.retireSlot(body)),
    "POST /sessions/:session/restart/:service": ({ at }) => {
      throw new ShakedownError(
        "TEST_SETUP",
        `${at["service"]} is shared by the whole run; a test cannot restart it under the others`,
        { hint: `Give each worker its own: ${at["service"]}: …({ per: "slot" })` },
      );
    },
    "POST /sessions/:session/slots/:slot/restart/:service": ({ at }) => {
      const [session, slot] = borrowedSlot(at);
      return session.room.slot(slot).restart(at["service"] ?? "");
    },
  };

  function borrowedSlot(at: Readonly<Record<string, string>>): [Session, number] {
    const session = sessions.find(at["session"] ?? "");
    for (const { slot } of session.borrowed.values())
      if (String(slot) === at["slot"]) return [session, slot];
    throw new ShakedownError(
      "CONTROL_PROTOCOL",
      `the session has not borrowed slot ${at["slot"] ?? ""}`,
    );
  }

  let closeServer = (): void => {};
  function stop(): Promise<void> {
    stopping ??= (async () => {
      for (const session of sessions.all()) session.end("the supervisor was stopped");
      for (const room of rooms.values()) {
        await room
          .then((opened) => opened.stop())
          .catch((error: unknown) => process.stderr.write(`stopping: ${String(error)}\n`));
      }
      // Gone from the file system first: who comes now starts the next supervisor instead of meeting this one.
      await unpublishSocket(socket, own);
      closeServer();
      await scope[Symbol.asyncDispose]().catch((error: unknown) =>
        process.stderr.write(`stopping: ${String(error)}\n`),
      );
      await removeDeadLock(`${socket}.lock`);
      await rmdir(roots.sockets).catch(() => {}); // not empty: a successor or a waiting client is in it
      stopped();
    })();
    return stopping;
  }

  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const)
    process.on(signal, () => void stop());
  const server = await listenJson(own, routes);
  await processes.removeNameOnDeath(socket);
  await publishSocket(socket, own);
  const keepName = setInterval(() => {
    // The leash of a predecessor may have taken the name in the moment in which it became ours.
    if (!isStopping() && !existsSync(socket)) void publishSocket(socket, own).catch(() => {}); // tried again
  }, 1000);
  keepName.unref();
  closeServer = () => {
    server.close();
    server.closeAllConnections();
  };
  process.stdout.write(`listening, pid ${self.pid}\n`);
  void sweepOrphans(roots, places.key).catch(() => {}); // what cannot be swept now is tried again at the next start
  stopWhenNobodyComes();
  await ended;

  /** The client that started us opens a session soon; if it dies before that, we go too. */
  function stopWhenNobodyComes(): void {
    const timer = setInterval(() => {
      if (rooms.size > 0 || sessions.all().length > 0) return clearInterval(timer);
      const isLate = Date.now() - startedEpochMs > 10_000;
      if (isLate || !isAlive(starter)) void stop();
    }, 500);
    timer.unref();
  }
}

function logQuery(query: URLSearchParams): Parameters<typeof readLogs>[1] {
  const number = (name: string): number | undefined =>
    query.has(name) ? Number(query.get(name)) : undefined;
  const entries = {
    service: query.get("service") ?? undefined,
    slot: number("slot"),
    sinceEpochMs: number("sinceEpochMs"),
    untilEpochMs: number("untilEpochMs"),
    tail: number("tail"),
  };
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));
}
