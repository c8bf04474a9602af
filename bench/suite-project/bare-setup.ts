// What a team writes by hand: one database and one server process for each worker, no reset, ids that do not collide.
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import pg from "pg";
import type { TestProject } from "vitest/node";

export interface BareServer {
  readonly apiUrl: string;
  readonly databaseUrl: string;
}

declare module "vitest" {
  interface ProvidedContext {
    servers: readonly BareServer[];
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const admin = process.env["BARE_POSTGRES_URL"] ?? "";
  const migration = readFileSync(join(import.meta.dirname, "migrations", "1_items.sql"), "utf8");
  const children: ChildProcess[] = [];
  const servers: BareServer[] = [];
  for (let worker = 0; worker < project.vitest.config.maxWorkers; worker += 1) {
    const databaseUrl = await createDatabase(admin, `bare_${worker}`, migration);
    const child = spawn(process.execPath, [join(import.meta.dirname, "server.mjs")], {
      env: { ...process.env, DATABASE_URL: databaseUrl },
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.push(child);
    servers.push({ apiUrl: await announcedUrl(child), databaseUrl });
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

async function createDatabase(admin: string, name: string, migration: string): Promise<string> {
  const url = new URL(admin);
  const server = new pg.Client(admin);
  await server.connect();
  await server.query(`drop database if exists ${name} with (force)`);
  await server.query(`create database ${name}`);
  await server.end();
  url.pathname = `/${name}`;
  const database = new pg.Client(url.href);
  await database.connect();
  await database.query(migration);
  await database.end();
  return url.href;
}

async function announcedUrl(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("the server has no output");
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /listening on (\S+)/.exec(line)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error("the server ended before it listened");
}
