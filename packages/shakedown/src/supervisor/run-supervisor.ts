import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rm, rmdir, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Scope } from "../kit/scope.ts";
import { isAlive, ownIdentity, type ProcessIdentity } from "../process/identity.ts";
import { openProcesses } from "../process/open-processes.ts";
import { makeFolders } from "../providers/folders.ts";
import { packageVersion } from "../kit/package-version.ts";
import { removeDeadLock } from "./ensure-supervisor.ts";
import { publishSocket, unpublishSocket } from "./publish-socket.ts";
import { listenJson } from "./json-server.ts";
import { warmEngines } from "./load-engines.ts";
import type { Places } from "./places.ts";
import { protocolVersion, type SupervisorInfo, type SupervisorStatus } from "./protocol.ts";
import { openRooms } from "./rooms.ts";
import { routes } from "./routes.ts";
import { serveSessions } from "./serve-sessions.ts";
import { openSessions, type Session } from "./sessions.ts";
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

  const rooms = openRooms({ places, roots: { ...roots, sockets }, processes, sessions });
  const service = serveSessions({ sessions, rooms, isStopping, keep: () => void (keep = true) });

  async function afterSession(session: Session): Promise<void> {
    if (sessions.of(session.room).length === 0 && !keep) {
      // The last room stays known, so that the end of everything begins with the orderly end of its services.
      if (sessions.all().length === 0) return stop();
      await rooms.close(session.room);
    }
  }

  async function status(): Promise<SupervisorStatus> {
    const shown = (await rooms.all()).map((room) => room.status(sessions.held(room)));
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

  let closeServer = (): void => {};
  function stop(): Promise<void> {
    stopping ??= (async () => {
      for (const session of sessions.all()) session.end("the supervisor was stopped");
      await rooms.stop((error) => process.stderr.write(`stopping: ${String(error)}\n`));
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
  const server = await listenJson(
    own,
    routes({
      places,
      rooms,
      service,
      info: () => ({ ...info(), stopping: isStopping() }),
      status,
      stop() {
        keep = false;
        void stop();
      },
      leave() {
        if (rooms.count === 0 && sessions.all().length === 0) void stop();
      },
    }),
  );
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
      if (rooms.count > 0 || sessions.all().length > 0) return clearInterval(timer);
      const isLate = Date.now() - startedEpochMs > 10_000;
      if (isLate || !isAlive(starter)) void stop();
    }, 500);
    timer.unref();
  }
}
