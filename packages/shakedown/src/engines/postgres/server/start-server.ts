import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ShakedownError } from "../../../errors/shakedown-error.ts";
import type { Exit, ManagedProcess } from "../../../process/managed-process.ts";
import type { StartContext } from "../../engine.ts";
import { loadPg, openPgClient, type PgClient } from "../driver.ts";
import type { Installation } from "../provider/installation.ts";
import { freePorts } from "../../../process/free-ports.ts";
import { hostRules, type Settings, toConfiguration } from "./settings.ts";

export interface ServerOptions {
  readonly context: StartContext;
  readonly installation: Installation;
  readonly data: string;
  readonly settings: Settings;
  readonly onLine: (line: string) => void;
  /** Done while the server starts. */
  readonly meanwhile?: () => void;
}

export interface Server {
  readonly port: number;
  /** Where the Unix socket lies; undefined where no path is short enough. */
  readonly socketFolder: string | undefined;
  readonly process: ManagedProcess;
  readonly controlUrl: (database: string, password: string) => string;
}

export const controlUser = "shakedown_control";
const portTries = 5;

/** Starts the server on a data folder, and waits until it answers a query. */
export async function startServer(
  options: ServerOptions,
  controlPassword: string,
): Promise<{ readonly server: Server; readonly control: PgClient }> {
  for (let tries = 1; ; tries += 1) {
    const started = await tryStart(options, controlPassword);
    if (started !== "port taken") return started;
    if (tries === portTries) {
      throw new ShakedownError(
        "START_FAILED",
        `${options.context.service.name}: ${portTries} ports were taken by others before the server could`,
        {
          hint: "Look for what takes every free port of this machine",
        },
      );
    }
  }
}

async function tryStart(
  { context, installation, data, settings, onLine, meanwhile }: ServerOptions,
  controlPassword: string,
): Promise<{ server: Server; control: PgClient } | "port taken"> {
  const { runAs } = installation;
  const [port = 0] = await freePorts(1);
  const socketFolder = await makeSocketFolder(context, data, runAs.uid);
  const listening = {
    port: String(port),
    listen_addresses: "127.0.0.1",
    unix_socket_directories: socketFolder ?? "",
    log_line_prefix: "%m [%p] [%d] ",
    logging_collector: "off",
  };
  await writeOwned(
    join(data, "postgresql.conf"),
    toConfiguration({ ...settings, ...listening }),
    runAs.uid,
  );
  await writeOwned(join(data, "pg_hba.conf"), hostRules, runAs.uid);
  const lines: string[] = [];
  const saidReady = new AbortController();
  const { command, args } = runAs.wrap(join(runAs.bin, "postgres"), ["-D", data]);
  const { uid, gid } = runAs;
  const started = await context.processes.start({
    title: context.service.name,
    command,
    args,
    cwd: data,
    env: serverEnvironment(context.environment),
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
    stopSteps: [
      { signal: "SIGINT", to: "process", waitMs: 3000 },
      { signal: "SIGQUIT", to: "process", waitMs: 2000 },
      { signal: "SIGKILL", to: "group", waitMs: 1000 },
    ],
    deathSignal: "SIGQUIT",
    onLine(_stream, line) {
      if (lines.length < 200) lines.push(line);
      if (line.includes("database system is ready to accept connections")) saidReady.abort();
      onLine(line);
    },
  });
  const server: Server = {
    port,
    socketFolder,
    process: started,
    controlUrl: (database, password) =>
      socketFolder === undefined
        ? postgresUrl({ user: controlUser, password, host: "127.0.0.1", port, database })
        : `${postgresUrl({ user: controlUser, password, host: encodeURIComponent(socketFolder), port, database })}`,
  };
  try {
    // The driver takes as long to load as the server to start; what fails is told by the first connection.
    void loadPg().catch(() => undefined);
    meanwhile?.();
    const control = await connectWhenReady({
      url: server.controlUrl("postgres", controlPassword),
      exited: started.exited,
      saidReady: saidReady.signal,
      signal: context.signal,
    });
    if (control !== "exited") return { server, control };
    const exit = await started.exited;
    await started.stop();
    if (lines.some((line) => line.includes("Address already in use"))) return "port taken";
    throw exitedEarly(context, exit, lines);
  } catch (error) {
    await started.stop();
    throw error;
  }
}

interface Awaited {
  readonly url: string;
  readonly exited: Promise<Exit>;
  /** Aborted when the log says so: a hint to look now, never more. */
  readonly saidReady: AbortSignal;
  readonly signal: AbortSignal;
}

/** Readiness is an answered query, not an open port: a server that recovers accepts connections to refuse them. */
async function connectWhenReady({
  url,
  exited,
  saidReady,
  signal,
}: Awaited): Promise<PgClient | "exited"> {
  let isGone = false;
  const gone = exited.then(() => {
    isGone = true;
  });
  const said = new Promise<void>((resolve) => {
    if (saidReady.aborted) resolve();
    else saidReady.addEventListener("abort", () => resolve(), { once: true });
  });
  // A log in another language never says it.
  await Promise.race([said, gone, sleep(250)]);
  for (;;) {
    signal.throwIfAborted();
    if (isGone) return "exited";
    try {
      const client = await openPgClient(url, { applicationName: "shakedown" });
      await client.query("select 1");
      return client;
    } catch (error) {
      if (!isNotYet(error)) throw error;
    }
    await sleep(2);
  }
}

/** No socket yet, nobody listens yet, cut off by the end of the process, or "the database system is starting up". */
export function isNotYet(error: unknown): boolean {
  const { code, message = "" } = error as { readonly code?: string; readonly message?: string };
  return (
    ["ENOENT", "ECONNREFUSED", "ECONNRESET", "EPIPE", "57P03"].includes(code ?? "") ||
    message.includes("Connection terminated unexpectedly")
  );
}

function exitedEarly(
  { service }: StartContext,
  { code, signal }: Exit,
  lines: readonly string[],
): ShakedownError {
  const how = signal === null ? `with status ${code}` : `by ${signal}`;
  const fatal = lines
    .map((line) => /(?:FATAL|PANIC|ERROR): +(.*)$/.exec(line)?.[1])
    .find((text) => text !== undefined);
  return new ShakedownError(
    "PROCESS_EXITED",
    `${service.name}: the server ended ${how} before it was ready${fatal === undefined ? "" : `: ${fatal}`}`,
    {
      details: { logTail: lines.slice(-20) },
      hint: /configuration|parameter/.test(fatal ?? "")
        ? "Correct `settings` of the service; the log above names the one that was refused"
        : `Read its log: shakedown logs ${service.name}`,
    },
  );
}

/** Paths of sockets end at 103 bytes on macOS; a server under another user cannot reach our private folder. */
async function makeSocketFolder(
  context: StartContext,
  data: string,
  uid: number | undefined,
): Promise<string | undefined> {
  if (uid !== undefined) return fits(data) ? data : undefined;
  const name = createHash("sha256").update(data).digest("hex").slice(0, 8);
  const folder = join(context.folders.sockets, name);
  if (!fits(folder)) return undefined;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}

function fits(folder: string): boolean {
  // A comma or a quote would be read as the end of a list's item.
  return Buffer.byteLength(`${folder}/.s.PGSQL.65535`) <= 100 && !/[,"]/.test(folder);
}

async function writeOwned(file: string, text: string, uid: number | undefined): Promise<void> {
  await writeFile(file, text, { mode: uid === undefined ? 0o600 : 0o644 });
}

function serverEnvironment(environment: Readonly<Record<string, string>>): Record<string, string> {
  // Nothing named PG… may change what a test server does.
  return { PATH: environment["PATH"] ?? "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" };
}

export interface UrlParts {
  readonly user: string;
  readonly password: string;
  readonly host: string;
  readonly port: number;
  readonly database: string;
}

export function postgresUrl({ user, password, host, port, database }: UrlParts): string {
  return `postgresql://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${host}:${port}/${encodeURIComponent(database)}`;
}
