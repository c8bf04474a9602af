import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Death, ServiceLog, StartContext } from "../../engines/engine.ts";
import { ShakedownError } from "../../errors/shakedown-error.ts";
import { ApiFailure } from "./engine-api.ts";
import { type ContainerFile, tarOf } from "./tar.ts";
import { containerFailure } from "./container-failure.ts";
import { countMemory } from "./count-memory.ts";
import { createRequest } from "./create-request.ts";
import { followLog } from "./follow-log.ts";
import type { ContainerEngine } from "./find-engine.ts";
import type { Image } from "./images.ts";
import { giveFiles } from "./mounted-files.ts";
import { removeOnDeath } from "./remove-on-death.ts";

export interface RunContainerOptions {
  /** The subject of messages, and part of the container's name: "db", "cache of slot 0". */
  readonly title: string;
  readonly image: Image;
  /** What of the start's context goes into labels, and ends the container with the supervisor. */
  readonly context: Pick<
    StartContext,
    "stack" | "service" | "processes" | "environment" | "folders"
  >;
  readonly log: ServiceLog;
  readonly progress: (step: string) => void;
  readonly signal: AbortSignal;
  readonly env?: Readonly<Record<string, string>>;
  /** In place of the image's own. */
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  /** By name: the port in the container. */
  readonly ports: Readonly<Record<string, number>>;
  /** The ports of this machine, where somebody has to know them before the start; else the engine chooses. */
  readonly hostPorts?: Readonly<Record<string, number>>;
  /** "host": no network of its own; its ports are this machine's, as chosen in `ports`. @default "bridge" */
  readonly network?: "bridge" | "host";
  /** Paths in memory, with their mount options: `{ "/var/lib/postgresql/data": "rw" }`. */
  readonly tmpfs?: Readonly<Record<string, string>>;
  readonly mounts?: readonly ContainerMount[];
  /** Copied in before it starts. */
  readonly files?: readonly ContainerFile[];
  readonly user?: string;
  readonly workdir?: string;
  readonly shmBytes?: number;
}

export interface ContainerMount {
  /** An absolute path of this machine. */
  readonly from: string;
  readonly to: string;
  readonly readOnly: boolean;
}

export interface RunningContainer {
  readonly id: string;
  readonly name: string;
  readonly image: Image;
  /** Where its published ports are reached. */
  readonly host: string;
  readonly ports: Readonly<Record<string, number>>;
  /** Settles when its process is gone, with how: "exited with code 1". */
  readonly exited: Promise<string>;
  /** The same, but only when nobody asked it to go. */
  readonly died: Promise<Death>;
  isAlive(): boolean;
  signal(name: NodeJS.Signals): Promise<void>;
  /** Ends it (SIGKILL after the grace; at once without one) and removes it with its anonymous volumes. Safe to call again. */
  stop(graceMs?: number): Promise<void>;
}

/** How long output that was written before the exit may take to arrive. */
const lastOutputMs = 500;

/** Starts a container; whether what is in it is ready is for the caller to ask. */
export async function runContainer(
  engine: ContainerEngine,
  options: RunContainerOptions,
): Promise<RunningContainer> {
  const { title, image, context, log, signal } = options;
  const { api } = engine;
  signal.throwIfAborted();
  const { mounts, copied } = await giveFiles(engine, options);
  // Before it exists: a kill in between would leave it.
  const takeBack = await removeOnDeath(engine, context);
  const name = `shakedown-${context.service.name}-${randomBytes(4).toString("hex")}`;
  const fail = (error: unknown): never => {
    throw error instanceof ApiFailure ? containerFailure(error, { title, engine, image }) : error;
  };
  const { Id: id } = (await api
    .ask("POST", "/containers/create", {
      query: { name },
      body: createRequest(engine, { ...options, mounts }),
    })
    .catch(async (error: unknown) => {
      await takeBack();
      return fail(error);
    })) as { readonly Id: string };
  const remove = async (): Promise<void> => {
    await api
      .ask("DELETE", `/containers/${id}`, { query: { force: "1", v: "1" } })
      .catch(ignoreGone);
    await takeBack();
  };
  try {
    if (copied.length > 0) {
      await api.ask("PUT", `/containers/${id}/archive`, {
        query: { path: "/" },
        body: await tarOf(copied),
      });
    }
    signal.throwIfAborted();
    await api.ask("POST", `/containers/${id}/start`);
    log.write("shakedown", `started as container ${name} of ${image.reference} on ${engine.title}`);
  } catch (error) {
    await remove().catch(() => {}); // the leash, or the next command, tries again
    return fail(error);
  }
  let alive = true;
  let stopping = false;
  const lines = followLog(api, id, log);
  const exited = waitForExit(engine, id).then(async (how) => {
    alive = false;
    await Promise.race([lines.ended, sleep(lastOutputMs)]);
    return how;
  });
  // A status without it is still a status.
  void countMemory(engine, { id, processes: context.processes, exited }).catch(() => {});
  let removing: Promise<void> | undefined;
  const stop = (graceMs = 0): Promise<void> => {
    stopping = true;
    removing ??= (async () => {
      if (graceMs > 0 && alive) await endFriendly(engine, id, graceMs);
      await remove();
      lines.close();
    })();
    return removing;
  };
  try {
    return {
      id,
      name,
      image,
      host: options.network === "host" ? "127.0.0.1" : engine.host,
      ports: await publishedPorts(engine, id, options),
      exited,
      died: new Promise((resolve) => {
        void exited.then((how) => {
          if (!stopping) resolve({ how, logTail: log.tail(20) });
        });
      }),
      isAlive: () => alive,
      signal: async (sent) => {
        await api.ask("POST", `/containers/${id}/kill`, { query: { signal: sent } });
      },
      stop,
    };
  } catch (error) {
    await stop();
    return fail(error);
  }
}

async function publishedPorts(
  { api }: ContainerEngine,
  id: string,
  { ports, network }: RunContainerOptions,
): Promise<Record<string, number>> {
  if (network === "host" || Object.keys(ports).length === 0) return { ...ports };
  const { NetworkSettings, State } = (await api.ask("GET", `/containers/${id}/json`)) as {
    readonly NetworkSettings: {
      readonly Ports?: Readonly<Record<string, readonly { readonly HostPort: string }[] | null>>;
    };
    readonly State: { readonly Running: boolean };
  };
  return Object.fromEntries(
    Object.entries(ports).map(([name, port]) => {
      const hostPort = NetworkSettings.Ports?.[`${port}/tcp`]?.[0]?.HostPort;
      // A container that has ended has none; how it ended is told to whoever waits for it.
      if (hostPort === undefined && State.Running) {
        throw new ShakedownError(
          "START_FAILED",
          `port ${port} of container ${id.slice(0, 12)} was not published`,
          {
            hint: `Look at it: docker inspect ${id.slice(0, 12)}`,
          },
        );
      }
      return [name, Number(hostPort ?? 0)];
    }),
  );
}

async function waitForExit({ api }: ContainerEngine, id: string): Promise<string> {
  try {
    const answer = (await api.ask("POST", `/containers/${id}/wait`, {
      query: { condition: "not-running" },
      timeoutMs: 0,
    })) as { readonly StatusCode: number };
    const { StatusCode: code } = answer;
    if (code <= 128) return `exited with code ${code}`;
    const { State } = (await api.ask("GET", `/containers/${id}/json`).catch(() => ({}))) as {
      readonly State?: { readonly OOMKilled?: boolean };
    };
    return State?.OOMKilled === true
      ? "was ended by the kernel: it used more memory than it may"
      : `exited with code ${code} (signal ${code - 128})`;
  } catch (error) {
    if (error instanceof ApiFailure && error.status === 404) return "was removed";
    return `is out of sight: the container engine is gone (${(error as Error).message})`;
  }
}

async function endFriendly({ api }: ContainerEngine, id: string, graceMs: number): Promise<void> {
  await api
    .ask("POST", `/containers/${id}/stop`, {
      query: { t: String(Math.ceil(graceMs / 1000)) },
      timeoutMs: graceMs + 30_000,
    })
    .catch(ignoreGone);
}

/** Gone already, or on its way. */
function ignoreGone(error: unknown): void {
  if (error instanceof ApiFailure && [304, 404, 409].includes(error.status)) return;
  throw error;
}
