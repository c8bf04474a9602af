import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { definedOnly } from "../packages/shakedown/src/kit/defined-only.ts";
import { findRedis } from "../packages/shakedown/src/providers/redis-programs.ts";
import { freePort } from "./free-port.ts";

export interface BareRedis extends AsyncDisposable {
  readonly url: string;
}

/** A server without Shakedown, as a team would have it running; the same program that Shakedown would take. */
export async function startBareRedis(): Promise<BareRedis> {
  const environment = definedOnly(process.env);
  const caches = environment["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  const [program] = await findRedis({
    environment,
    cacheFolder: join(caches, "shakedown", "redis"),
  });
  if (program === undefined) throw new Error("no Redis here: run `npx shakedown install redis`");
  const folder = mkdtempSync(join(tmpdir(), "bare-redis-"));
  const port = await freePort();
  const server = spawn(
    program.file,
    [
      "--port",
      String(port),
      "--bind",
      "127.0.0.1",
      "--save",
      "",
      "--appendonly",
      "no",
      "--dir",
      folder,
    ],
    {
      stdio: "ignore",
      env: {
        ...process.env,
        ...(program.libraryPath === undefined ? {} : { LD_LIBRARY_PATH: program.libraryPath }),
      },
    },
  );
  const exited = new Promise((resolve) => server.once("exit", resolve));
  const url = `redis://127.0.0.1:${port}`;
  await answers(url);
  return {
    url,
    async [Symbol.asyncDispose]() {
      server.kill("SIGTERM");
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answers(url: string): Promise<void> {
  const { Redis } = await import("ioredis");
  const client = new Redis(url, { retryStrategy: () => 25 });
  client.on("error", () => {}); // not listening yet
  await Promise.race([
    client.ping(),
    sleep(5000).then(() => Promise.reject(new Error("the bare Redis did not start"))),
  ]);
  client.disconnect();
}
