// What a team writes by hand: one database, one Redis database and one server process for each worker, no reset.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Redis } from "ioredis";
import pg from "pg";
import type { TestProject } from "vitest/node";

export interface BareServer {
  readonly apiUrl: string;
  readonly databaseUrl: string;
  readonly redisUrl: string;
}

declare module "vitest" {
  interface ProvidedContext {
    servers: readonly BareServer[];
  }
}

const system = join(import.meta.dirname, "../../examples/home-security");

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const [postgresUrl, redisUrl] = [
    process.env["BARE_POSTGRES_URL"] ?? "",
    process.env["BARE_REDIS_URL"] ?? "",
  ];
  const children: ChildProcess[] = [];
  const servers: BareServer[] = [];
  const workers = Array.from({ length: project.vitest.config.maxWorkers }, (_, worker) => worker);
  const databases: string[] = [];
  for (const worker of workers) databases.push(await createDatabase(postgresUrl, worker));
  for (const worker of workers) {
    const urls = { databaseUrl: databases[worker] ?? "", redisUrl: `${redisUrl}/${worker}` };
    await emptyRedis(urls.redisUrl);
    const child = spawn(process.execPath, ["src/server.ts"], {
      cwd: system,
      env: { ...process.env, DATABASE_URL: urls.databaseUrl, REDIS_URL: urls.redisUrl, PORT: "0" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.push(child);
    servers.push({ apiUrl: await announcedUrl(child), ...urls });
  }
  project.provide("servers", servers);
  return async () => {
    await Promise.all(
      children.map(
        (child) =>
          new Promise((resolve) => {
            child.once("exit", resolve);
            child.kill("SIGTERM");
          }),
      ),
    );
  };
}

/** The first worker's is migrated, the others are copies of it. */
async function createDatabase(admin: string, worker: number): Promise<string> {
  const url = new URL(admin);
  url.pathname = `/bare_${worker}`;
  const server = new pg.Client(admin);
  await server.connect();
  await server.query(`drop database if exists bare_${worker} with (force)`);
  await server.query(`create database bare_${worker}${worker === 0 ? "" : " template bare_0"}`);
  await server.end();
  if (worker === 0) {
    execFileSync(process.execPath, ["--run", "migrate", "--", "up"], {
      cwd: system,
      env: { ...process.env, DATABASE_URL: url.href },
    });
  }
  return url.href;
}

/** Pages that the application cached in the run before would be those of other rows. */
async function emptyRedis(url: string): Promise<void> {
  const client = new Redis(url);
  await client.flushdb();
  client.disconnect();
}

async function announcedUrl(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("the server has no output");
  const lines = createInterface({ input: child.stdout });
  return new Promise((resolve, reject) => {
    // The server goes on writing a line for each request: they are read and dropped.
    lines.on("line", (line) => {
      const url = /listening on (\S+)/.exec(line)?.[1];
      if (url !== undefined) resolve(url);
    });
    lines.once("close", () => reject(new Error("the server ended before it listened")));
  });
}
