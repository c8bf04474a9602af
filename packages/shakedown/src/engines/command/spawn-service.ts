import { resolve } from "node:path";
import { ShakedownError } from "../../errors/shakedown-error.ts";
import { identityOf } from "../../process/identity.ts";
import { freePorts } from "../../process/free-ports.ts";
import type { Exit, ManagedProcess, Processes } from "../../process/managed-process.ts";
import { type Outputs, resolveReferences } from "../../stack/references.ts";
import { awaitReady } from "../../waits/await-ready.ts";
import { lineFeed } from "../../waits/look.ts";
import type { ReadyProbe } from "../../waits/ready-probe.ts";
import type { Death, ServiceLog } from "../engine.ts";
import { addressOf } from "./address.ts";
import { asVariables, commandEnvironment } from "./environment.ts";
import type { CommandPlan } from "./options.ts";

export interface SpawnOptions {
  /** The subject of messages: "api of slot 0". */
  readonly title: string;
  readonly service: string;
  readonly plan: CommandPlan;
  readonly root: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly processes: Processes;
  readonly log: ServiceLog;
  readonly progress: (step: string) => void;
  readonly signal: AbortSignal;
  readonly slot?: number;
  /** Those of the process before a restart: others may know them. */
  readonly ports?: readonly number[];
}

export interface SpawnedService {
  readonly outputs: Outputs;
  readonly ports: readonly number[];
  readonly pid: number;
  readonly startTime: string;
  /** Settles only when nobody asked it to go. */
  readonly died: Promise<Death>;
  stop(): Promise<void>;
}

const mostTries = 3;

/** Starts the process and waits until it is ready. A port that somebody else took meanwhile is chosen anew. */
export async function spawnService(options: SpawnOptions): Promise<SpawnedService> {
  const { plan, title, progress } = options;
  for (let attempt = 1; ; attempt += 1) {
    const known = attempt === 1 ? options.ports : undefined;
    const ports = known ?? (await freePorts(plan.ports.length));
    try {
      return await spawnOnce(options, ports);
    } catch (error) {
      if (attempt === mostTries || plan.ports.length === 0 || !isPortTaken(error)) throw error;
      progress(`${title}: a port was taken meanwhile, trying others`);
    }
  }
}

async function spawnOnce(options: SpawnOptions, ports: readonly number[]): Promise<SpawnedService> {
  const { title, log, root, slot, signal, service } = options;
  const portOutputs = Object.fromEntries(
    options.plan.ports.map((name, index) => [`ports.${name}`, String(ports[index])]),
  );
  const plan = resolveReferences(options.plan as never, ({ service: of, output }) =>
    of === "self" ? portOutputs[output] : undefined,
  ) as CommandPlan;
  const lines = lineFeed();
  const { command, args, shown } = toProgram(plan.run);
  const running = await options.processes.start({
    title,
    command,
    args,
    cwd: resolve(root, plan.cwd),
    env: {
      ...commandEnvironment({ session: options.environment, inherit: plan.inheritEnv, root }),
      ...(slot === undefined ? {} : { SHAKEDOWN_SLOT: String(slot) }),
      ...asVariables(plan.env, title),
    },
    stopSteps: [{ signal: "SIGTERM", to: "group", waitMs: plan.stopGraceMs }],
    deathSignal: "SIGTERM",
    onLine(stream, line) {
      log.write(stream, line);
      lines.push(line);
    },
  });
  log.write("shakedown", `started as process ${running.pid}: ${shown}`);
  let stopping = false;
  const stop = async (): Promise<void> => {
    stopping = true;
    await running.stop();
  };
  try {
    const told = await awaitReady({
      title: `${title} (${shown})`,
      probe: plan.ready ?? defaultProbe(plan.ports),
      limitMs: plan.readyTimeoutMs,
      outputs: portOutputs,
      lines,
      exited: running.exited.then(describeExit),
      signal,
      hint: `Read its log: shakedown logs ${service}`,
    });
    return {
      outputs: { ...portOutputs, ...addressOf(portOutputs, plan.ports, told), ...told },
      ports,
      pid: running.pid,
      startTime: identityOf(running.pid)?.startTime ?? "",
      died: deathOf(running, () => stopping, log),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function toProgram(run: CommandPlan["run"]): {
  command: string;
  args: readonly string[];
  shown: string;
} {
  if (typeof run === "string") return { command: "/bin/sh", args: ["-c", run], shown: run };
  const [program = "", ...args] = run;
  return { command: program === "node" ? process.execPath : program, args, shown: run.join(" ") };
}

/** Without a probe and without a port there is nothing to ask: an empty list of probes is ready at once. */
function defaultProbe([first]: readonly string[]): ReadyProbe {
  return first === undefined ? { kind: "all", probes: [] } : { kind: "tcp", port: first };
}

function deathOf(
  running: ManagedProcess,
  isStopping: () => boolean,
  log: ServiceLog,
): Promise<Death> {
  return new Promise((resolveDeath) => {
    void running.exited.then((exit) => {
      if (!isStopping()) resolveDeath({ how: describeExit(exit), logTail: log.tail(20) });
    });
  });
}

function describeExit({ code, signal }: Exit): string {
  return signal === null ? `exited with code ${code}` : `was ended by ${signal}`;
}

function isPortTaken(error: unknown): boolean {
  if (!(error instanceof ShakedownError) || error.code !== "PROCESS_EXITED") return false;
  return /EADDRINUSE|address (?:already )?in use|port \d+ (?:is |was )?already (?:in use|being used)/i.test(
    JSON.stringify(error.details["logTail"]),
  );
}
