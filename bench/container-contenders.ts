import { chmod, mkdtemp } from "node:fs/promises";
import { join } from "node:path";
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
import { makeFolders } from "../packages/shakedown/src/providers/folders.ts";
import type { Service } from "../packages/shakedown/src/stack/service.ts";

export type ServiceName = "redis" | "postgres" | "mariadb";

export const serviceNames: readonly ServiceName[] = ["redis", "postgres", "mariadb"];

/** What is there before a service is asked for: for us, a supervisor's folders and leash. */
export interface Contender extends AsyncDisposable {
  /** Returns when the server has answered; gives the way to end it. */
  start(): Promise<() => Promise<void>>;
}

export type Prepare = (name: ServiceName) => Promise<Contender>;

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
function byShakedown(provider: keyof typeof choices): Prepare {
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
    const { environment, processes, stack } = context.start;
    const roots = await makeFolders({ stackFile: stack.file, environment });
    const data = await mkdtemp(join(roots.data, "bench-"));
    await chmod(data, 0o711);
    await processes.removeOnDeath(data);
    const folders = {
      ...context.start.folders,
      data,
      dataOnTmpfs: roots.dataOnTmpfs,
      cache: join(roots.cache, engine.name),
    };
    return {
      async start() {
        const running = await engine.start({ ...context.start, folders });
        return () => running.stop();
      },
      [Symbol.asyncDispose]: () => context[Symbol.asyncDispose](),
    };
  };
}

export const native = byShakedown("native");
export const ours = byShakedown("container");

export const theirs: Prepare = async (name) => ({
  async start() {
    const container = {
      redis: () => new RedisContainer(images.redis),
      postgres: () => new PostgreSqlContainer(images.postgres).withPassword(password),
      mariadb: () => new MariaDbContainer(images.mariadb).withRootPassword(password),
    }[name]();
    const started = await container.start();
    await answers[name](started.getHost(), started.getPort());
    return async () => void (await started.stop());
  },
  async [Symbol.asyncDispose]() {},
});

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
