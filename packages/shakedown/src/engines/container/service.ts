import { ownModule } from "../../kit/own-module.ts";
import type { LeaseClient, OpenClientContext, ServiceLease } from "../../isolation/lease.ts";
import type { EndOptions } from "../../stack/end-options.ts";
import { derived } from "../../stack/option-functions.ts";
import type { References, Service } from "../../stack/service.ts";
import type { ReadyProbe } from "../../waits/ready-probe.ts";
import type { ServiceHandle } from "../command/client.ts";

type EnvironmentVariables = Readonly<Record<string, string | number | boolean | undefined>>;

export interface ContainerOptions extends EndOptions {
  /** By tag or digest. Pulled where the engine does not have it, outside any test's time limit. */
  readonly image?: string;
  /** A folder with a Dockerfile, relative to the stack file. Beside `image`: built where that cannot be had. */
  readonly build?: string | BuildOptions;
  /** By name: the port in the container. The engine publishes each on a free port of the loopback interface. */
  readonly ports?: Readonly<Record<string, number>>;
  /** Addresses of other services on this machine are turned into ones that reach it from inside. */
  readonly env?: EnvironmentVariables | ((references: References) => EnvironmentVariables);
  /** In place of the image's own. */
  readonly command?: readonly string[] | ((references: References) => readonly string[]);
  readonly entrypoint?: readonly string[];
  readonly user?: string;
  readonly workdir?: string;
  /** Files and folders of this machine, relative to the stack file; read-only unless said otherwise. */
  readonly mounts?: readonly MountOption[];
  /** Copied in before the start: a path in the container to a text, or to a file relative to the stack file. */
  readonly files?: Readonly<Record<string, string | FileOption>>;
  /** Folders in memory, empty at the start: what a container writes there touches no disk. */
  readonly tmpfs?: readonly string[];
  /** The size of its /dev/shm. @default the engine's, usually 64 */
  readonly shmMegabytes?: number;
  /** "host" (Linux): this machine's network as its own. A port of 0 is chosen, and told by `self.ports.<name>`. @default "bridge" */
  readonly network?: "bridge" | "host";
  /** @default a connection to the first of `ports`; without any, as soon as the container runs */
  readonly ready?: ReadyProbe | ((references: References) => ReadyProbe);
  /** A restart is a new container. A POST must be answered with 2xx. @default "nothing" */
  readonly onReset?: "nothing" | "restart" | { readonly post: string };
  /** One container for each worker, or one for all. @default "slot" */
  readonly per?: "run" | "slot";
  /** Services that must be ready before, beside those referenced. */
  readonly after?: readonly string[];
  /** From the image's stop signal to SIGKILL; 0: at once, which is right where nothing has to be written. @default 0 */
  readonly stopGraceMs?: number;
  /** From its start; pulling and building do not count. @default 60000 */
  readonly readyTimeoutMs?: number;
}

export interface BuildOptions {
  /** The folder that is sent to the builder, relative to the stack file. */
  readonly context: string;
  /** Relative to the context. @default "Dockerfile" */
  readonly dockerfile?: string;
  /** A stage in the Dockerfile. */
  readonly target?: string;
  readonly args?: Readonly<Record<string, string>>;
}

export interface MountOption {
  readonly from: string;
  readonly to: string;
  /** @default true */
  readonly readOnly?: boolean;
}

export interface FileOption {
  readonly file: string;
  /** @default 0o644 */
  readonly mode?: number;
}

/** Anything that comes as an image; tests get an HTTP and WebSocket client for it. */
export function container(options: ContainerOptions): Service<ServiceHandle> {
  const { per = "slot", after = [], env, command, ready, ...rest } = options;
  const outputs = knownOutputs(options);
  return {
    kind: "shakedown.service",
    engine: {
      name: "container",
      module: ownModule("engines/container/engine"),
      ...(outputs === undefined ? {} : { outputs }),
    },
    per,
    after,
    options: { ...rest, env: derived(env), command: derived(command), ready: derived(ready) },
    openClient,
  };
}

async function openClient(
  lease: ServiceLease,
  context: OpenClientContext,
): Promise<LeaseClient<ServiceHandle>> {
  const { openCommandClient } = await import("../command/client.ts");
  return openCommandClient(lease, context);
}

/** Nothing where `ready` is only known once the stack is loaded. */
function knownOutputs({ ports = {}, ready }: ContainerOptions): readonly string[] | undefined {
  if (typeof ready === "function") return undefined;
  const names = Object.keys(ports);
  const address = names.length > 0 ? ["url", "host", "port"] : [];
  const groups = ready === undefined ? [] : namedGroups(ready);
  return [...new Set([...address, ...names.map((name) => `ports.${name}`), ...groups])];
}

function namedGroups(probe: ReadyProbe): readonly string[] {
  if (probe.kind === "all") return probe.probes.flatMap(namedGroups);
  if (probe.kind !== "log") return [];
  return [...probe.source.matchAll(/\(\?<([A-Za-z_$][\w$]*)>/g)].map((match) => match[1] ?? "");
}
