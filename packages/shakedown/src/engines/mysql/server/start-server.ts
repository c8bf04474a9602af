import { existsSync } from "node:fs";
import { chown, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ShakedownError } from "../../../errors/shakedown-error.ts";
import { freePorts } from "../../../process/free-ports.ts";
import type { Exit, ManagedProcess } from "../../../process/managed-process.ts";
import { randomPassword } from "../../../providers/random-password.ts";
import type { StartContext } from "../../engine.ts";
import { loadMysql, type MysqlClient, openMysql } from "../driver.ts";
import { controlUser, initStatements } from "./init-statements.ts";
import type { MysqlInstallation } from "./installation.ts";
import { programEnvironment } from "./make-data.ts";
import { type Settings, serverSettings, toArguments } from "./settings.ts";

export interface ServerOptions {
  readonly context: StartContext;
  readonly installation: MysqlInstallation;
  readonly data: string;
  readonly settings: Settings;
  /** The user that applications connect as. */
  readonly user: string;
}

export interface MysqlServer {
  readonly port: number;
  readonly process: ManagedProcess;
  /** Connected as the server's root. */
  readonly control: MysqlClient;
  readonly controlUrl: (database: string) => string;
  readonly userPassword: string;
  readonly userUrl: (database: string) => string;
  /** Lets it write everything to its folder, and ends it. */
  shutDown(): Promise<void>;
  /** Ends it; its data is not to be used again. */
  end(): Promise<void>;
}

const portTries = 5;

/**
 * Starts the server on a data folder, and waits until it answers a query. Each start has passwords of its own, which the
 * server takes from a file before it lets anybody in.
 */
export async function startServer(options: ServerOptions): Promise<MysqlServer> {
  for (let tries = 1; ; tries += 1) {
    const started = await tryStart(options);
    if (started !== "port taken") return started;
    if (tries === portTries) {
      throw new ShakedownError(
        "START_FAILED",
        `${options.context.service.name}: ${portTries} ports were taken by others before the server could`,
        { hint: "Look for what takes every free port of this machine" },
      );
    }
  }
}

async function tryStart(options: ServerOptions): Promise<MysqlServer | "port taken"> {
  const { context, installation, data, settings, user } = options;
  const { runAs, program, flavour } = installation;
  const { uid, gid } = runAs;
  const [port = 0] = await freePorts(1);
  const controlPassword = randomPassword();
  const userPassword = randomPassword();
  const temporary = `${data}-tmp`;
  await mkdir(temporary, { recursive: true, mode: 0o700 });
  const initFile = join(temporary, "init.sql");
  await writeFile(initFile, initStatements({ user, userPassword, controlPassword }), {
    mode: 0o600,
  });
  if (uid !== undefined) for (const path of [temporary, initFile]) await chown(path, uid, uid);
  const { command, args } = runAs.wrap(join(runAs.bin, program), [
    "--no-defaults",
    ...placeArguments(installation),
    `--datadir=${data}`,
    `--tmpdir=${temporary}`,
    `--init-file=${initFile}`,
    // Relative to the data folder: the path of a socket has to be short, and nobody else needs it.
    "--socket=server.sock",
    "--pid-file=server.pid",
    "--bind-address=127.0.0.1",
    `--port=${port}`,
    "--skip-name-resolve",
    "--skip-log-bin",
    ...toArguments(serverSettings(flavour, settings)),
  ]);
  const lines: string[] = [];
  const started = await context.processes.start({
    title: context.service.name,
    command,
    args,
    cwd: dirname(data),
    env: programEnvironment(installation, context),
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
    // Its data goes away with it: nothing has to be written before.
    stopSteps: [],
    deathSignal: "SIGKILL",
    onLine(_stream, line) {
      if (lines.length < 200) lines.push(line);
      context.log.write("err", line);
    },
  });
  const urlOf = (name: string, password: string) => (database: string) =>
    mysqlUrl({ user: name, password, host: "127.0.0.1", port, database });
  const controlUrl = urlOf(controlUser, controlPassword);
  const end = async (): Promise<void> => {
    await started.stop();
    await rm(temporary, { recursive: true, force: true });
  };
  try {
    // The driver takes a while to load; what fails is told by the first connection.
    void loadMysql().catch(() => undefined);
    const control = await connectWhenReady(controlUrl("mysql"), started.exited, context.signal);
    if (control === "exited") {
      const exit = await started.exited;
      await end();
      if (lines.some((line) => /Address already in use|Do you already have another/.test(line)))
        return "port taken";
      throw exitedEarly(context, exit, lines);
    }
    await rm(initFile);
    return {
      port,
      process: started,
      control,
      controlUrl,
      userPassword,
      userUrl: urlOf(user, userPassword),
      async shutDown() {
        await control.end();
        started.signal("SIGTERM", "process");
        await Promise.race([started.exited, sleep(20_000, undefined, { ref: false })]);
        await end();
      },
      async end() {
        await control.end();
        await end();
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Programs that were unpacked look for their texts where they would have been installed. */
function placeArguments({ base }: MysqlInstallation): readonly string[] {
  const share = ["share/mysql", "share/mariadb", "share"]
    .map((path) => join(base, path))
    .find((path) => existsSync(join(path, "english/errmsg.sys")));
  return [
    `--basedir=${base}`,
    ...(share === undefined ? [] : [`--lc-messages-dir=${share}`]),
    ...(share === undefined || !existsSync(join(share, "charsets"))
      ? []
      : [`--character-sets-dir=${join(share, "charsets")}`]),
  ];
}

/** Readiness is an answered query, not an open port. */
async function connectWhenReady(
  url: string,
  exited: Promise<Exit>,
  signal: AbortSignal,
): Promise<MysqlClient | "exited"> {
  let isGone = false;
  void exited.then(() => {
    isGone = true;
  });
  for (;;) {
    signal.throwIfAborted();
    if (isGone) return "exited";
    try {
      const client = await openMysql(url);
      await client.query("select 1");
      return client;
    } catch (error) {
      if (!isNotYet(error)) throw error;
    }
    await sleep(2);
  }
}

/** Nobody listens yet, or cut off by the end of the process. */
export function isNotYet(error: unknown): boolean {
  const { code } = error as { readonly code?: string };
  return ["ECONNREFUSED", "ECONNRESET", "EPIPE", "PROTOCOL_CONNECTION_LOST"].includes(code ?? "");
}

function exitedEarly(
  { service }: StartContext,
  { code, signal }: Exit,
  lines: readonly string[],
): ShakedownError {
  const how = signal === null ? `with status ${code}` : `by ${signal}`;
  const fatal = lines
    .map((line) => /\[ERROR\] (.*)$/.exec(line)?.[1])
    .find((text) => text !== undefined && !/\bAborting$/.test(text));
  return new ShakedownError(
    "PROCESS_EXITED",
    `${service.name}: the server ended ${how} before it was ready${fatal === undefined ? "" : `: ${fatal}`}`,
    {
      details: { logTail: lines.slice(-20) },
      hint: /unknown (variable|option|suffix)|option .* argument/.test(fatal ?? "")
        ? "Correct `settings` of the service; the log above names the one that was refused"
        : `Read its log: shakedown logs ${service.name}`,
    },
  );
}

export interface UrlParts {
  readonly user: string;
  readonly password: string;
  readonly host: string;
  readonly port: number;
  readonly database: string;
}

export function mysqlUrl({ user, password, host, port, database }: UrlParts): string {
  return `mysql://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${host}:${port}/${encodeURIComponent(database)}`;
}
