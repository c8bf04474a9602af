import { checkVersion } from "../../providers/check-version.ts";
import {
  type ContainerSource,
  containerRung as rungOfImage,
} from "../../providers/container/container-rung.ts";
import { atBestPlace, type ServerPlace } from "../../providers/container/server-place.ts";
import { untilItAnswers } from "../../providers/container/until-it-answers.ts";
import type { Rung } from "../../providers/ladder.ts";
import { randomPassword } from "../../providers/random-password.ts";
import { anyVersion, parseVersionWish } from "../../providers/version-wish.ts";
import type { RunningService, StartContext } from "../engine.ts";
import { redisConnection, refuseErrors } from "./connection.ts";
import { lookAtExternal } from "./external.ts";
import { toConfig } from "./native-server.ts";
import type { RedisPlan } from "./options.ts";

type Start = () => Promise<Omit<RunningService, "provider">>;

/** One container for the run; slots have database numbers in it, since a container for each would cost each of them its start. */
export function containerRung(context: StartContext, plan: RedisPlan): Rung<Start> {
  const { environment } = context;
  return rungOfImage({ image: imageOf(plan), environment }, (source) => () => {
    return atBestPlace(source.engine, 6379, (place) =>
      startContainer(context, plan, { source, place }),
    );
  });
}

export function imageOf({ image, version }: Partial<RedisPlan>): string {
  return image ?? `redis:${/\d+(?:\.\d+)*/.exec(version ?? "7")?.[0]}-alpine`;
}

/** Enough for every slot that there can be, and the one that holds the claims. */
const numbers = 65;
const configFile = "/etc/shakedown-redis.conf";

async function startContainer(
  context: StartContext,
  plan: RedisPlan,
  { source, place }: { readonly source: ContainerSource; readonly place: ServerPlace },
): Promise<Omit<RunningService, "provider">> {
  const { service, log, progress, signal } = context;
  const password = randomPassword();
  const address = { host: place.bind, port: place.port, tls: false, password, database: 0 };
  const container = await source.run({
    title: service.name,
    context,
    log,
    progress,
    signal,
    command: ["redis-server", configFile],
    network: place.network,
    ports: { redis: place.port },
    tmpfs: { "/data": "rw,mode=1777" },
    files: [
      {
        to: configFile,
        content: toConfig(address, "/data", { databases: numbers, ...plan.settings }),
        readOnly: true,
      },
    ],
  });
  try {
    const { host } = container;
    const port = container.ports["redis"] ?? 0;
    await untilItAnswers({
      container,
      signal,
      isNotYet: () => true,
      async ask() {
        using connection = redisConnection({ ...address, host, port });
        refuseErrors(await connection.run([["PING"]]));
      },
    });
    const server = await lookAtExternal(`redis://:${password}@${host}:${port}/0`);
    const warning = checkVersion({
      service: service.name,
      what: `the server of the image ${source.image}`,
      version: server.version,
      wish: parseVersionWish(plan.version) ?? anyVersion,
      onOtherVersion: plan.onOtherVersion,
    });
    const running = await server.start(context);
    return {
      ...running,
      note: [
        ...(warning === undefined ? [] : [warning]),
        "slots have database numbers: pub/sub, scripts, CLIENT and FLUSHALL are shared by all of them",
      ].join("; "),
      died: Promise.race([container.died, ...(running.died === undefined ? [] : [running.died])]),
      async stop() {
        // What slots hold goes with the container.
        await container.stop();
        await running.stop().catch(() => undefined);
      },
    };
  } catch (error) {
    await container.stop();
    throw error;
  }
}
