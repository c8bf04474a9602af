import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ShakedownError } from "../../errors/shakedown-error.ts";
import { freePorts } from "../../process/free-ports.ts";
import type { Processes } from "../../process/managed-process.ts";
import type { RedisProgram } from "../../providers/redis-programs.ts";
import type { Death, Folders, ServiceLog } from "../engine.ts";
import { type RedisAddress, redisConnection, refuseErrors } from "./connection.ts";
import type { RedisPlan } from "./options.ts";

export interface NativeServerOptions {
  readonly title: string;
  readonly program: RedisProgram;
  readonly settings: RedisPlan["settings"];
  readonly folders: Folders;
  readonly processes: Processes;
  readonly log: ServiceLog;
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** The one before a restart: its folder, port and password are kept. */
  readonly before?: NativeServer;
}

export interface NativeServer {
  readonly address: RedisAddress;
  readonly folder: string;
  readonly died: Promise<Death>;
  /** Ends the process and keeps its folder; with its data when they are to be kept. */
  halt(keepData: boolean): Promise<void>;
  /** Ends the process and removes all that it had. */
  stop(): Promise<void>;
}

const mostTries = 3;
const readyLimitMs = 20_000;

/** Starts a server of our own; it is ready when it answers PING. */
export async function startNativeServer(options: NativeServerOptions): Promise<NativeServer> {
  for (let attempt = 1; ; attempt += 1) {
    const [free = 0] =
      options.before === undefined ? await freePorts(1) : [options.before.address.port];
    try {
      return await startOnce(options, free);
    } catch (error) {
      const isTaken = /in use/i.test(
        JSON.stringify((error as ShakedownError).details?.["logTail"] ?? ""),
      );
      if (!isTaken || attempt === mostTries || options.before !== undefined) throw error;
    }
  }
}

async function startOnce(options: NativeServerOptions, port: number): Promise<NativeServer> {
  const { title, program, folders, before, log, signal } = options;
  const folder = before?.folder ?? (await mkdtemp(join(folders.data, "redis-")));
  const address: RedisAddress = before?.address ?? {
    host: "127.0.0.1",
    port,
    tls: false,
    password: randomBytes(18).toString("base64url"),
    database: 0,
    // Short: the paths of sockets end at 103 bytes.
    socket: join(folders.sockets, `r${randomBytes(4).toString("hex")}`),
  };
  const configFile = join(folder, "redis.conf");
  await writeFile(configFile, toConfig(address, folder, options.settings), { mode: 0o600 });
  const last: string[] = [];
  const running = await options.processes.start({
    title,
    command: program.file,
    args: [configFile],
    cwd: folder,
    env: {
      PATH: options.environment["PATH"] ?? "",
      LC_ALL: "C",
      ...(program.libraryPath === undefined ? {} : { LD_LIBRARY_PATH: program.libraryPath }),
    },
    // It has nothing to say goodbye to: SIGKILL takes 2 ms, SIGTERM up to 100.
    stopSteps: [],
    deathSignal: "SIGKILL",
    onLine(stream, line) {
      log.write(stream, line);
      last.push(line);
      if (last.length > 20) last.shift();
    },
  });
  let stopping = false;
  const end = async (): Promise<void> => {
    stopping = true;
    await running.stop();
    if (address.socket !== undefined) await rm(address.socket, { force: true });
  };
  const stop = async (): Promise<void> => {
    await end();
    await rm(folder, { recursive: true, force: true });
  };
  let exit: string | undefined;
  const died = new Promise<Death>((resolve) => {
    void running.exited.then(({ code, signal: by }) => {
      exit = by === null ? `exited with code ${code}` : `was ended by ${by}`;
      if (!stopping) resolve({ how: exit, logTail: [...last] });
    });
  });
  try {
    await answersPing({ title, address, signal, exit: () => exit, last });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    address,
    folder,
    died,
    stop,
    async halt(keepData) {
      if (keepData) await save(address);
      await end();
    },
  };
}

/** The whole configuration: there is no other file. */
export function toConfig(
  address: RedisAddress,
  folder: string,
  settings: RedisPlan["settings"],
): string {
  const own: Record<string, string | number> = {
    bind: address.host,
    port: address.port,
    ...(address.socket === undefined
      ? {}
      : { unixsocket: quote(address.socket), unixsocketperm: 700 }),
    requirepass: address.password ?? "",
    dir: quote(folder),
    daemonize: "no",
    appendonly: "no",
    save: '""',
    databases: 16,
    "stop-writes-on-bgsave-error": "no",
  };
  const lines = Object.entries(own).map(([name, value]) => `${name} ${value}`);
  // A later line wins, so that the user's databases or maxmemory count.
  const theirs = Object.entries(settings).map(([name, value]) => `${name} ${toValue(value)}`);
  return `${[...lines, ...theirs].join("\n")}\n`;
}

function toValue(value: string | number | boolean): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  // Several words are several arguments: "normal 0 0 0".
  return value === "" ? '""' : String(value).replaceAll(/[\r\n]/g, " ");
}

function quote(text: string): string {
  return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

interface AwaitedServer {
  readonly title: string;
  readonly address: RedisAddress;
  readonly signal: AbortSignal;
  readonly exit: () => string | undefined;
  readonly last: readonly string[];
}

async function answersPing({ title, address, signal, exit, last }: AwaitedServer): Promise<void> {
  const startedMs = performance.now();
  let lastSeen = "";
  for (let tries = 1; ; tries += 1) {
    using connection = redisConnection(address);
    try {
      refuseErrors(await connection.run([["PING"]]));
      return;
    } catch (error) {
      // Not listening yet, or still loading what was saved.
      lastSeen = (error as Error).message;
    }
    signal.throwIfAborted();
    const how = exit();
    const tookMs = Math.round(performance.now() - startedMs);
    const details = { checked: "PING", tries, lastSeen, logTail: [...last], tookMs };
    if (how !== undefined)
      throw new ShakedownError("PROCESS_EXITED", `${title} ${how} before it answered`, {
        details,
        hint: "Read its log: shakedown logs",
      });
    if (tookMs > readyLimitMs) {
      throw new ShakedownError(
        "START_TIMEOUT",
        `${title} did not answer after ${readyLimitMs} ms`,
        { details, hint: "Read its log: shakedown logs" },
      );
    }
    await sleep(tries < 20 ? 1 : 10);
  }
}

/** Written to the server's folder, which it reads when it starts again. */
async function save(address: RedisAddress): Promise<void> {
  using connection = redisConnection(address);
  refuseErrors(await connection.run([["SAVE"]]));
}
