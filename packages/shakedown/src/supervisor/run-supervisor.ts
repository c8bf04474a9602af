import { randomBytes, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rm, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Scope } from "../kit/scope.ts";
import { buildId } from "../kit/build-id.ts";
import { packageVersion } from "../kit/package-version.ts";
import { isAlive, ownIdentity, type ProcessIdentity } from "../process/identity.ts";
import { openLeashRecord } from "../process/leash-record.ts";
import { openProcesses } from "../process/open-processes.ts";
import { makeFolders } from "../providers/folders.ts";
import { removeDeadLock } from "./client-lock.ts";
import { claimData, claimFileOf, recordFileOf } from "./data-claims.ts";
import { endCommandOf } from "./end-command.ts";
import { fenceSlots } from "./fence-slots.ts";
import { noticing, openKeeper } from "./idle-stop.ts";
import { listenJson } from "./json-server.ts";
import { warmEngines } from "./load-engines.ts";
import type { Places } from "./places.ts";
import { protocolVersion, type SupervisorInfo, type SupervisorStatus } from "./protocol.ts";
import { publishSocket, unpublishSocket } from "./publish-socket.ts";
import { type EndedBecause, reuseMemory } from "./reuse-record.ts";
import { openRooms } from "./rooms.ts";
import { routes } from "./routes.ts";
import { serveSessions } from "./serve-sessions.ts";
import { openSessions, type Session } from "./sessions.ts";
import { keepStatus, ownerName, roomStatus, sessionStatus, withMemory } from "./status-parts.ts";
import { sweepAbandoned } from "./sweep-abandoned.ts";

export interface SupervisorOptions {
  readonly places: Places;
  /** Where clients look: a link to the socket of whichever supervisor runs. */
  readonly socket: string;
  /** The client that waits for us. */
  readonly starter: ProcessIdentity;
  readonly environment: Readonly<Record<string, string>>;
  /** Aborted with the reason when it has to stop everything and end. */
  readonly signal: AbortSignal;
}

/**
 * The supervisor of one stack file: owns all services, hands out slots, and ends when nobody needs it any more.
 *
 * Settles when it has stopped everything; what happens between is driven by requests and by the ends of sessions.
 */
export async function runSupervisor(options: SupervisorOptions): Promise<void> {
  const { places, socket, starter, environment } = options;
  await using scope = new Scope();
  const self = ownIdentity();
  const startedEpochMs = Date.now();
  const bornMs = performance.now();
  // The last run's logs were there to be read until now; a slot that this run has not would look alive.
  await rm(places.logs, { recursive: true, force: true });
  await rm(places.changes, { recursive: true, force: true });
  await mkdir(places.logs, { recursive: true });
  await writeFile(join(places.state, ".gitignore"), "*\n");
  const roots = await makeFolders({ stackFile: places.stackFile, environment });
  scope.defer("the folder of sockets", () => rmdir(roots.sockets).catch(() => {})); // not empty: a successor or a waiting client is in it
  scope.defer("the lock of a dead client", () => removeDeadLock(`${socket}.lock`));
  // A folder of our own: the leash of a predecessor that was killed may still be removing its own.
  const sockets = join(roots.sockets, `${self.pid}-${randomBytes(3).toString("hex")}`);
  const cookie = randomUUID().replaceAll("-", "");
  const claim = claimFileOf(roots.data, places.key, self);
  const recordFile = recordFileOf(claim);
  const record = openLeashRecord(recordFile);
  const opening = openProcesses({
    cookie,
    record,
    runtimeFolder: sockets,
    onNote: (text) => void process.stderr.write(`${text}\n`),
  });
  void warmEngines(places).catch(() => {}); // the first start of a stack knows none
  const processes = await opening;
  // After the leash is done: until then it says whose the data is.
  scope.defer("the claim on data folders", () => rm(claim, { force: true }));
  scope.own("the leash", processes, (opened) => opened[Symbol.asyncDispose]());
  // Everything is known to the leash before it is there: a kill in between would leave it.
  await processes.removeNameOnDeath(socket);
  await processes.removeOnDeath(claim);
  await processes.removeOnDeath(recordFile);
  await claimData(claim, {
    ...self,
    key: places.key,
    cookie,
    sockets,
    socket,
    stackFile: places.stackFile,
  });
  record.begin();
  await mkdir(sockets, { mode: 0o700 });

  let stopping: Promise<void> | undefined;
  let stopped: () => void = () => {};
  const ended = new Promise<void>((resolve) => (stopped = resolve));
  const own = join(sockets, "control");
  const isStopping = (): boolean => stopping !== undefined;
  const note = (what: string, error: unknown): void =>
    void process.stderr.write(`${what}: ${String(error)}\n`);

  const sessions = openSessions((session) => {
    if (session.closing) return;
    // While the command still runs it finds its services.
    endCommandOf(session)
      .then(() => afterSession(session))
      .catch((error: unknown) => note("after a session", error));
  });
  const keeper = openKeeper({
    isBusy: () => sessions.inNeed().length > 0,
    onIdle: () => void stop("idle", "nobody used it for as long as it was to be kept"),
  });
  const memory = reuseMemory(places);
  const rooms = openRooms({
    places,
    roots: { ...roots, sockets },
    processes,
    sessions,
    keeper,
    memory,
  });
  const service = serveSessions({ sessions, rooms, isStopping, keeper, afterSession });

  async function afterSession(session: Session): Promise<void> {
    keeper.touch();
    if (sessions.of(session.room).length > 0 || keeper.keeps(session.room.key))
      return fenceSlots(session);
    // The last room stays known, so that the end of everything begins with the orderly end of its services.
    if (sessions.inNeed().length === 0 && !keeper.isKeeping)
      return stop("unused", "nobody needed it any more");
    await rooms.close(session.room, "nobody needed it any more");
  }

  async function status(): Promise<SupervisorStatus> {
    const shown = (await rooms.all()).map((room) => roomStatus(room, sessions));
    return {
      ...info(),
      startedEpochMs,
      memoryBytes: process.memoryUsage.rss(),
      ...keepStatus(keeper),
      owner: ownerName(),
      ...(memory.last === undefined ? {} : { reuse: memory.last }),
      sessions: sessions.all().map(sessionStatus),
      services: withMemory(shown.flatMap(({ services }) => services)),
      slots: shown.flatMap(({ slots }) => slots),
      kept: shown.flatMap(({ kept = [] }) => kept),
    };
  }

  const info = (): SupervisorInfo => ({
    ...self,
    protocol: protocolVersion,
    version: packageVersion(),
    build: buildId(),
    node: process.versions.node,
    stackFile: places.stackFile,
  });

  let closeServer = (): void => {};
  /** Runs once, whatever comes; settles when no service is left and nobody can find us any more. */
  function stop(because: EndedBecause, reason: string): Promise<void> {
    stopping ??= (async () => {
      keeper.release();
      memory.ended(because);
      process.stdout.write(`stopping: ${reason}\n`);
      for (const session of sessions.inNeed()) session.end(reason);
      await rooms.stop(reason, (error) => note("stopping", error));
      // Those that waited for it have heard of everything by now.
      for (const session of sessions.all()) session.end(reason);
      // Gone from the file system first: who comes now starts the next supervisor instead of meeting this one.
      await unpublishSocket(socket, own);
      closeServer();
    })();
    void stopping.catch((error: unknown) => note("stopping", error)).then(stopped);
    return stopping;
  }

  const server = await listenJson(
    own,
    noticing(
      keeper.touch,
      routes({
        places,
        rooms,
        service,
        info: () => ({ ...info(), stopping: isStopping() }),
        status,
        stop: (because, reason) => void stop(because, reason),
        leave() {
          if (rooms.count === 0 && sessions.all().length === 0)
            void stop("unused", "nobody needs it after all");
        },
      }),
    ),
  );
  closeServer = () => {
    server.close();
    server.closeAllConnections();
  };
  await publishSocket(socket, own);
  const keepName = setInterval(() => {
    // The leash of a predecessor may have taken the name in the moment in which it became ours.
    if (!isStopping() && !existsSync(socket)) void publishSocket(socket, own).catch(() => {}); // tried again
  }, 1000);
  process.stdout.write(`listening, pid ${self.pid}\n`);
  void sweepAbandoned(environment).catch(() => {}); // what cannot be swept now is tried again by the next command
  const comes = setInterval(() => {
    // The client that started us opens a session soon; if it dies before that, we go too.
    if (rooms.count > 0 || sessions.all().length > 0) return clearInterval(comes);
    if (performance.now() - bornMs > 10_000) void stop("unused", "nobody came");
    if (!isAlive(starter)) void stop("unused", "the client that started it died");
  }, 500);
  const onSignal = (): void => void stop("signal", String(options.signal.reason));
  options.signal.addEventListener("abort", onSignal);
  if (options.signal.aborted) onSignal();
  await ended;
  clearInterval(keepName);
  clearInterval(comes);
}
