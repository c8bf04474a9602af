// Run by inside.test.ts in a container that has the host's socket: starts one beside it, and says how it is reached.
import type { ServiceLog } from "../../src/engines/engine.ts";
import { until } from "../../src/kit/until.ts";
import { openProcesses } from "../../src/process/open-processes.ts";
import { containerRung } from "../../src/providers/container/container-rung.ts";
import { anyVersion } from "../../src/providers/version-wish.ts";
import { lineFeed } from "../../src/waits/look.ts";
import { lookAtTcp } from "../../src/waits/tcp.ts";
import { images } from "./containers-available.ts";

const environment = process.env as Record<string, string>;
await using processes = await openProcesses({ cookie: "inside" });
const log: ServiceLog = { file: "", forSlot: () => log, write: () => undefined, tail: () => [] };
const look = await containerRung({ image: images.redis, environment }, (source) => source).look(
  anyVersion,
);
if (!("found" in look)) throw new Error(look.passedOver);
const { signal } = new AbortController();
const beside = await look.found.run({
  title: "beside",
  context: {
    stack: { file: environment["PROJECT"] ?? "" } as never,
    service: { name: "beside" } as never,
    folders: {} as never,
    processes,
    environment,
  },
  log,
  progress: () => undefined,
  signal,
  ports: { redis: 6379 },
});
const outputs = { host: beside.host, "ports.redis": String(beside.ports["redis"]) };
await until(
  async () =>
    (await lookAtTcp({ port: "redis", holdMs: 60 }, { outputs, lines: lineFeed(), signal })).ready,
);
await beside.stop();
process.stdout.write(
  JSON.stringify({ host: beside.host, shares: look.found.engine.sharesNetwork }),
);
