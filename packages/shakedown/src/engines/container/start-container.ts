import { resolve } from "node:path";
import { isShakedownError, ShakedownError } from "../../errors/shakedown-error.ts";
import { freePorts } from "../../process/free-ports.ts";
import { isExecFormat, wrongPlatform } from "../../providers/container/container-failure.ts";
import type { ContainerEngine } from "../../providers/container/find-engine.ts";
import type { Image } from "../../providers/container/images.ts";
import { openWaysIn } from "../../providers/container/ways-in.ts";
import {
  type RunContainerOptions,
  runContainer,
  type RunningContainer,
} from "../../providers/container/run-container.ts";
import { findReferences, type Outputs, resolveReferences } from "../../stack/references.ts";
import { awaitReady } from "../../waits/await-ready.ts";
import { lineFeed } from "../../waits/look.ts";
import type { ReadyProbe } from "../../waits/ready-probe.ts";
import { asVariables } from "../command/environment.ts";
import type { Death, ServiceLog, StartContext } from "../engine.ts";
import { addressOf } from "../command/address.ts";
import type { ContainerPlan } from "./options.ts";

export interface StartContainerOptions {
  readonly context: StartContext;
  readonly engine: ContainerEngine;
  readonly image: Image;
  readonly plan: ContainerPlan;
  /** The subject of messages: "search of slot 0". */
  readonly title: string;
  readonly log: ServiceLog;
  readonly progress: (step: string) => void;
  readonly signal: AbortSignal;
  readonly slot?: number;
  /** Those of the container before a restart: others may know them. */
  readonly ports?: Readonly<Record<string, number>>;
}

export interface StartedContainer {
  readonly outputs: Outputs;
  readonly ports: Readonly<Record<string, number>>;
  /** Settles only when nobody asked it to go. */
  readonly died: Promise<Death>;
  isAlive(): boolean;
  stop(): Promise<void>;
}

const mostTries = 3;

/** Starts the container and waits until it is ready. A port that somebody else took meanwhile is chosen anew. */
export async function startContainer(options: StartContainerOptions): Promise<StartedContainer> {
  const { plan, title, progress } = options;
  for (let attempt = 1; ; attempt += 1) {
    const known = attempt === 1 ? options.ports : undefined;
    const hostPorts = known ?? (mustKnowPorts(plan) ? await choosePorts(plan) : undefined);
    try {
      return await startOnce(options, hostPorts);
    } catch (error) {
      const isTaken = isShakedownError(error) && error.code === "CONTAINER_PORT_TAKEN";
      if (attempt === mostTries || !isTaken) throw error;
      progress(`${title}: a port was taken meanwhile, trying others`);
    }
  }
}

/** Else they are the engine's to choose, which nobody can take from it. */
function mustKnowPorts({ network, env, command, ready }: ContainerPlan): boolean {
  if (network === "host") return true;
  const texts = JSON.parse(JSON.stringify([env, command, ready])) as string[];
  return findReferences(texts).some(({ service }) => service === "self");
}

async function choosePorts({ ports, network }: ContainerPlan): Promise<Record<string, number>> {
  const names = Object.keys(ports);
  const free = await freePorts(names.length);
  return Object.fromEntries(
    names.map((name, index) => {
      const own = ports[name] ?? 0;
      return [name, network === "host" && own > 0 ? own : (free[index] ?? 0)];
    }),
  );
}

async function startOnce(
  options: StartContainerOptions,
  hostPorts: Readonly<Record<string, number>> | undefined,
): Promise<StartedContainer> {
  const { context, engine, image, title, log, signal, progress, slot } = options;
  const { root } = context.stack;
  const host = options.plan.network === "host" ? "127.0.0.1" : engine.host;
  const before = hostPorts === undefined ? {} : portOutputs(hostPorts);
  const plan = withOwn(options.plan, { ...before, host });
  const lines = lineFeed();
  const ways = await openWaysIn(engine, {
    original: context.stack.services.find(({ name }) => name === context.service.name)?.options,
    resolved: { env: asVariables(plan.env, title), command: plan.command ?? [] },
    network: plan.network,
  });
  const run: RunContainerOptions = {
    title,
    image,
    context,
    log: {
      ...log,
      write(stream, line) {
        log.write(stream, line);
        if (stream !== "shakedown") lines.push(line);
      },
    },
    progress,
    signal,
    env: { ...(slot === undefined ? {} : { SHAKEDOWN_SLOT: String(slot) }), ...ways.env },
    ...(plan.command === undefined ? {} : { command: ways.command }),
    ...(plan.entrypoint === undefined ? {} : { entrypoint: plan.entrypoint }),
    ...(plan.user === undefined ? {} : { user: plan.user }),
    ...(plan.workdir === undefined ? {} : { workdir: plan.workdir }),
    ...(plan.shmMegabytes === undefined ? {} : { shmBytes: plan.shmMegabytes * 2 ** 20 }),
    ...(hostPorts === undefined ? {} : { hostPorts }),
    ports: plan.network === "host" ? (hostPorts ?? {}) : plan.ports,
    network: plan.network,
    tmpfs: Object.fromEntries(plan.tmpfs.map((path) => [path, "rw"])),
    mounts: plan.mounts.map(({ from, to, readOnly }) => ({
      from: resolve(root, from),
      to,
      readOnly,
    })),
    files: Object.entries(plan.files).map(([to, given]) =>
      typeof given === "string"
        ? { to, content: given }
        : {
            to,
            content: { file: resolve(root, given.file) },
            ...(given.mode === undefined ? {} : { mode: given.mode }),
          },
    ),
  };
  const running = await runContainer(engine, run).catch(async (error: unknown) => {
    await ways.close();
    throw error;
  });
  const stop = async (): Promise<void> => {
    await running.stop(plan.stopGraceMs);
    await ways.close();
  };
  try {
    await ways.complete();
    const known = { ...portOutputs(running.ports), host: running.host };
    const names = Object.keys(plan.ports);
    const told = await awaitReady({
      title: `${title} (${image.reference})`,
      probe: toProbe(withOwn(plan, known).ready, names),
      limitMs: plan.readyTimeoutMs,
      outputs: { ...known, ...addressOf(known, names, { host: running.host }) },
      lines,
      exited: running.exited,
      signal,
      hint: `Read its log: shakedown logs ${context.service.name}`,
    });
    const outputs = {
      ...known,
      ...addressOf(known, names, { host: running.host, ...told }),
      ...told,
    };
    return { outputs, ports: running.ports, died: running.died, isAlive: running.isAlive, stop };
  } catch (error) {
    await stop();
    throw explained(error, options, running);
  }
}

function portOutputs(ports: Readonly<Record<string, number>>): Outputs {
  return Object.fromEntries(
    Object.entries(ports).map(([name, port]) => [`ports.${name}`, String(port)]),
  );
}

function withOwn(plan: ContainerPlan, outputs: Outputs): ContainerPlan {
  return resolveReferences(plan as never, ({ service, output }) =>
    service === "self" ? outputs[output] : undefined,
  ) as ContainerPlan;
}

/** The engine's proxy takes connections before the program in the container does: only one that lasts counts. */
const holdMs = 60;

function toProbe(given: ReadyProbe | undefined, [first]: readonly string[]): ReadyProbe {
  const probe: ReadyProbe =
    given ?? (first === undefined ? { kind: "all", probes: [] } : { kind: "tcp", port: first });
  if (probe.kind === "tcp") return { ...probe, holdMs };
  if (probe.kind === "all")
    return { ...probe, probes: probe.probes.map((each) => toProbe(each, [])) };
  return probe;
}

/** A program for another processor starts, says so, and ends. */
function explained(
  error: unknown,
  { title, engine, image }: StartContainerOptions,
  { name }: RunningContainer,
): unknown {
  if (!isShakedownError(error) || error.code !== "PROCESS_EXITED") return error;
  const { details } = error;
  if (isExecFormat(JSON.stringify(details["logTail"])))
    return wrongPlatform(title, { engine, image }, { details: { ...details }, cause: error });
  return new ShakedownError(error.code, error.message, {
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    details: { ...details, container: name, image: image.reference },
    cause: error,
  });
}
