import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { RedisProgram } from "../../providers/redis-programs.ts";
import type { RunningLease, RunningService, StartContext } from "../engine.ts";
import { redisConnection, refuseErrors } from "./connection.ts";
import { type RedisControl, toJson, writeBaseline } from "./control.ts";
import { type NativeServer, type NativeServerOptions, startNativeServer } from "./native-server.ts";
import type { RedisPlan } from "./options.ts";
import { keyspaceOf, takeSnapshot } from "./snapshot.ts";

/** A server for each slot, or one for the run. */
export async function startNative(
  context: StartContext,
  plan: RedisPlan,
  program: RedisProgram,
): Promise<Omit<RunningService, "provider">> {
  const { service, folders, processes, log, environment, signal } = context;
  const shared = { program, settings: plan.settings, folders, processes, environment };
  if (service.per !== "run") {
    return {
      outputs: {},
      control: {},
      async lease({ slot, signal: given }) {
        const title = `${service.name} of slot ${slot}`;
        const options = { ...shared, title, log: log.forSlot(slot), signal: given };
        return toLease(await startNativeServer(options), options);
      },
      stop: async () => undefined,
    };
  }
  const server = await startNativeServer({ ...shared, title: service.name, log, signal });
  return {
    outputs: outputsOf(server),
    control: toJson({ address: server.address, own: "nothing", majorVersion: majorOf(program) }),
    died: server.died,
    stop: () => server.stop(),
  };
}

function toLease(
  server: NativeServer,
  options: NativeServerOptions,
  baselineFile?: string,
): RunningLease {
  let sealed = baselineFile;
  return {
    outputs: outputsOf(server),
    get control() {
      const control: RedisControl = {
        address: server.address,
        own: "server",
        majorVersion: majorOf(options.program),
      };
      return toJson(sealed === undefined ? control : { ...control, baselineFile: sealed });
    },
    died: server.died,
    async seal() {
      sealed = await sealBaseline(server);
    },
    async restart() {
      await server.halt(true);
      // The signal of the first start is spent by now.
      const next = await startNativeServer({
        ...options,
        before: server,
        signal: new AbortController().signal,
      });
      await rm(join(server.folder, "dump.rdb"), { force: true });
      return toLease(next, options, sealed);
    },
    release: () => server.stop(),
    setAside: async () => `redis-cli -u ${urlOf(server)}`,
  };
}

/** What the slot's services wrote while they started is part of every test's beginning. */
async function sealBaseline({ address, folder }: NativeServer): Promise<string | undefined> {
  using connection = redisConnection(address);
  const [info] = refuseErrors(await connection.run([["INFO", "keyspace"]]));
  const databases = keyspaceOf(info).map(({ name }) => Number(name.slice(2)));
  if (databases.length === 0) return undefined;
  const file = join(folder, "baseline.json");
  await writeBaseline(file, await takeSnapshot(connection, databases, 0));
  return file;
}

function outputsOf(server: NativeServer): Record<string, string> {
  const { host, port, password = "" } = server.address;
  return { url: urlOf(server), host, port: String(port), password };
}

function urlOf({ address: { host, port, password } }: NativeServer): string {
  return `redis://:${password}@${host}:${port}/0`;
}

function majorOf({ version }: RedisProgram): number {
  return Number.parseInt(version, 10);
}
