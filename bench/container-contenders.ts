import { MariaDbContainer } from "@testcontainers/mariadb";
import { PostgreSqlContainer } from "@testcontainers/postgresql";
import { RedisContainer } from "@testcontainers/redis";
import { engineContext } from "../packages/shakedown/service/engine-context.ts";
import type { Engine } from "../packages/shakedown/src/engines/engine.ts";
import { openMysql } from "../packages/shakedown/src/engines/mysql/driver.ts";
import { mariadb } from "../packages/shakedown/src/engines/mysql/service.ts";
import { openPgClient } from "../packages/shakedown/src/engines/postgres/driver.ts";
import { postgres } from "../packages/shakedown/src/engines/postgres/service.ts";
import {
  redisConnection,
  refuseErrors,
} from "../packages/shakedown/src/engines/redis/connection.ts";
import { redis } from "../packages/shakedown/src/engines/redis/service.ts";
import { until } from "../packages/shakedown/src/kit/until.ts";
import type { Service } from "../packages/shakedown/src/stack/service.ts";

export type ServiceName = "redis" | "postgres" | "mariadb";

export const serviceNames: readonly ServiceName[] = ["redis", "postgres", "mariadb"];

/** A server that has answered; gives the way to end it. */
export type Start = (name: ServiceName) => Promise<() => Promise<void>>;

const images: Readonly<Record<ServiceName, string>> = {
  redis: "shakedown-test/redis:7",
  postgres: "shakedown-test/postgres:15",
  mariadb: "shakedown-test/mariadb:10.11",
};

const password = "bench";

const choices = {
  native: { forbid: ["container"] },
  container: { require: ["container"] },
} as const;

/** By the engine, as a stack starts it: the server alone, no slot. */
function startShakedown(provider: keyof typeof choices): Start {
  return async (name) => {
    const options = { per: "run", provider: choices[provider] } as const;
    const image = provider === "container" ? { image: images[name] } : {};
    const services: Readonly<Record<ServiceName, Service>> = {
      redis: redis({ ...options, ...image }),
      postgres: postgres({ ...options, ...image }),
      mariadb: mariadb({ ...options, ...image }),
    };
    const service = services[name];
    const { default: engine } = (await import(service.engine.module)) as {
      readonly default: Engine;
    };
    const context = await engineContext(service);
    const folders = { ...context.start.folders, cache: cacheOf(engine.name) };
    const running = await engine.start({ ...context.start, folders });
    return async () => {
      await running.stop();
      await context[Symbol.asyncDispose]();
    };
  };
}

export const startNative = startShakedown("native");
export const startOurs = startShakedown("container");

export const startTheirs: Start = async (name) => {
  const container = {
    redis: () => new RedisContainer(images.redis),
    postgres: () => new PostgreSqlContainer(images.postgres).withPassword(password),
    mariadb: () => new MariaDbContainer(images.mariadb).withRootPassword(password),
  }[name]();
  const started = await container.start();
  await answers[name](started.getHost(), started.getPort());
  return async () => void (await started.stop());
};

/** The first answer in the service's own protocol: what "ready" means for all of them. */
const answers: Readonly<Record<ServiceName, (host: string, port: number) => Promise<void>>> = {
  async redis(host, port) {
    await tryUntil(async () => {
      using connection = redisConnection({ host, port, tls: false, database: 0 });
      refuseErrors(await connection.run([["PING"]]));
    });
  },
  async postgres(host, port) {
    await tryUntil(async () => {
      const client = await openPgClient(`postgres://test:${password}@${host}:${port}/test`, {
        applicationName: "bench",
      });
      await client.query("select 1");
      await client.end();
    });
  },
  async mariadb(host, port) {
    await tryUntil(async () => {
      const client = await openMysql(`mysql://root:${password}@${host}:${port}/mysql`);
      await client.query("select 1");
      await client.end();
    });
  },
};

async function tryUntil(attempt: () => Promise<void>): Promise<void> {
  let last: unknown;
  await until(
    async () => {
      try {
        await attempt();
        return true;
      } catch (error) {
        last = error;
        return false;
      }
    },
    { what: "an answer", timeoutMs: 60_000, everyMs: 5 },
  ).catch((error: unknown) => {
    throw new Error(String(last), { cause: error });
  });
}

function cacheOf(engine: string): string {
  const home = process.env["XDG_CACHE_HOME"] ?? `${process.env["HOME"]}/.cache`;
  return `${home}/shakedown/${engine}`;
}
