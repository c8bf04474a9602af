import { ownModule } from "../../kit/own-module.ts";
import type { LeaseClient, OpenClientContext, ServiceLease } from "../../isolation/lease.ts";
import type { EndOptions } from "../../stack/end-options.ts";
import { derived } from "../../stack/option-functions.ts";
import type { Lifetime, References, Service } from "../../stack/service.ts";
import type { ReadyProbe } from "../../waits/ready-probe.ts";
import type { ServiceHandle } from "./client.ts";

type EnvironmentVariables = Readonly<Record<string, string | number | boolean | undefined>>;

/** What to do with the process when the data under it is reset: its caches and timers live on. */
export type OnReset =
  | "nothing"
  | "restart"
  | { readonly signal: NodeJS.Signals }
  | { readonly post: string };

export interface CommandOptions extends EndOptions {
  /** A program and its arguments, or a command line for `sh`. `node` is the Node that runs Shakedown. */
  readonly run:
    | string
    | readonly string[]
    | ((references: References) => string | readonly string[]);
  /** Relative to the stack file. @default its folder */
  readonly cwd?: string;
  /**
   * The files and folders that it is made from, relative to the stack file: while they stay the same, a process that runs is
   * used again by the next run. @default the sources in `cwd`
   */
  readonly inputs?: readonly string[];
  /** Added to what the process inherits: `({ db, self }) => ({ DATABASE_URL: db.url, PORT: self.ports.http })`. */
  readonly env?: EnvironmentVariables | ((references: References) => EnvironmentVariables);
  /** Names of ports to choose for the process, as `self.ports.<name>` for its `env` and `run`. */
  readonly ports?: readonly string[];
  /** @default a connection to the first of `ports`; without any, as soon as the process runs */
  readonly ready?: ReadyProbe | ((references: References) => ReadyProbe);
  /** A signal goes to the process alone; a POST must be answered with 2xx. @default "nothing" */
  readonly onReset?: OnReset;
  /** One process for each worker, one for all, or a new one for each test. @default "slot" */
  readonly per?: Lifetime;
  /** Services that must be ready before, beside those referenced. */
  readonly after?: readonly string[];
  /** From SIGTERM to SIGKILL. @default 5000 */
  readonly stopGraceMs?: number;
  /** @default 60000 */
  readonly readyTimeoutMs?: number;
  /** More of the caller's environment than the usual (PATH, HOME, LANG…): these names, or all of it. @default false */
  readonly inheritEnv?: boolean | readonly string[];
}

/** Runs a program of your own; tests get an HTTP and WebSocket client for it. */
export function command(options: CommandOptions): Service<ServiceHandle> {
  const { per = "slot", after = [], run, env, ready, ...rest } = options;
  const outputs = knownOutputs(options);
  return {
    kind: "shakedown.service",
    engine: {
      name: "command",
      module: ownModule("engines/command/engine"),
      ...(outputs === undefined ? {} : { outputs }),
    },
    per,
    after,
    options: { ...rest, run: derived(run), env: derived(env), ready: derived(ready) },
    openClient,
  };
}

async function openClient(
  lease: ServiceLease,
  context: OpenClientContext,
): Promise<LeaseClient<ServiceHandle>> {
  const { openCommandClient } = await import("./client.ts");
  return openCommandClient(lease, context);
}

/** Nothing where `ready` is only known once the stack is loaded. */
function knownOutputs({ ports = [], ready }: CommandOptions): readonly string[] | undefined {
  if (typeof ready === "function" || !Array.isArray(ports)) return undefined;
  const groups = ready === undefined ? [] : namedGroups(ready);
  const address = ports.length > 0 || groups.includes("url") ? ["url", "host", "port"] : [];
  return [...new Set([...address, ...ports.map((name) => `ports.${name}`), ...groups])];
}

function namedGroups(probe: ReadyProbe): readonly string[] {
  if (probe.kind === "all") return probe.probes.flatMap(namedGroups);
  if (probe.kind !== "log") return [];
  return [...probe.source.matchAll(/\(\?<([A-Za-z_$][\w$]*)>/g)].map((match) => match[1] ?? "");
}
