// Started by death.test.ts, and killed by it: `node supervisor-with-container.ts <cookie> <project>`.
import { containerRung } from "../../src/providers/container/container-rung.ts";
import { anyVersion } from "../../src/providers/version-wish.ts";
import type { ServiceLog } from "../../src/engines/engine.ts";
import { openProcesses } from "../../src/process/open-processes.ts";
import { images } from "./containers-available.ts";

const [cookie = "", project = ""] = process.argv.slice(2);
const environment = process.env as Record<string, string>;
const processes = await openProcesses({ cookie });
const log: ServiceLog = { file: "", forSlot: () => log, write: () => undefined, tail: () => [] };
const look = await containerRung({ image: images.redis, environment }, (source) => source).look(
  anyVersion,
);
if (!("found" in look)) throw new Error(look.passedOver);
const { found } = look;

process.stdout.write("starting\n");
const services = await Promise.all(
  ["one", "two"].map((title) =>
    found.run({
      title,
      context: {
        stack: { file: project } as never,
        service: { name: title } as never,
        processes,
        environment,
        folders: {} as never,
      },
      log,
      progress: () => undefined,
      signal: new AbortController().signal,
      ports: { redis: 6379 },
    }),
  ),
);
process.stdout.write(`running ${services.map(({ name }) => name).join(" ")}\n`);
setInterval(() => undefined, 1000);
