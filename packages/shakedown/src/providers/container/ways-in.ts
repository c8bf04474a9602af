import type { JsonValue } from "../../errors/shakedown-error.ts";
import { findReferences } from "../../stack/references.ts";
import type { ContainerEngine } from "./find-engine.ts";
import { forwardPort, type Forwarder } from "./forward-port.ts";

export interface WaysInOptions {
  /** The service's options before references were resolved: they tell another service's address from the container's own. */
  readonly original: Readonly<Record<string, JsonValue>> | undefined;
  readonly resolved: {
    readonly env: Readonly<Record<string, string>>;
    readonly command: readonly string[];
  };
  readonly network: "bridge" | "host";
}

/** How a container reaches services that listen on this machine's loopback interface only. */
export interface WaysIn {
  /** With addresses that are right inside. */
  readonly env: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  /** Once more, when the container runs: its network may have come with it. */
  complete(): Promise<void>;
  close(): Promise<void>;
}

const loopback = /(?<![\w.-])(?:127\.0\.0\.1|localhost)(?![\w.-])|\[::1\]/g;

/**
 * Turns loopback addresses that came from references into the engine's name for this machine, and opens their ports to the
 * engine's own network (not to others): on Linux nobody else does that. Docker Desktop does.
 */
export async function openWaysIn(
  engine: ContainerEngine,
  { original = {}, resolved, network }: WaysInOptions,
): Promise<WaysIn> {
  const isLocal = engine.endpoint.url.startsWith("unix:");
  const ports = new Set<number>();
  if (network === "host" || !isLocal) return { ...resolved, complete: nothing, close: nothing };
  const name = engine.kind === "podman" ? "host.containers.internal" : "host.docker.internal";

  const rewrite = (text: string, before: JsonValue | undefined): string => {
    const outputs = findReferences(before ?? null).filter(({ service }) => service !== "self");
    if (outputs.length === 0) return text;
    for (const [, port] of text.matchAll(/(?:127\.0\.0\.1|localhost|\[::1\]):(\d{1,5})/g))
      ports.add(Number(port));
    if (outputs.some(({ output }) => /^port(?:s\.|$)/.test(output)) && /^\d{1,5}$/.test(text))
      ports.add(Number(text));
    return text.replaceAll(loopback, name);
  };

  const envBefore = (original["env"] ?? {}) as Readonly<Record<string, JsonValue>>;
  const commandBefore = (original["command"] ?? []) as readonly JsonValue[];
  const env = Object.fromEntries(
    Object.entries(resolved.env).map(([key, text]) => [key, rewrite(text, envBefore[key])]),
  );
  const command = resolved.command.map((text, index) => rewrite(text, commandBefore[index]));

  const open = new Map<number, Forwarder>();
  const complete = async (): Promise<void> => {
    const missing = [...ports].filter((port) => !open.has(port));
    if (missing.length === 0 || process.platform !== "linux") return;
    const gateway = await gatewayOf(engine);
    if (gateway === undefined) return;
    for (const port of missing) {
      const forwarder = await forwardPort(gateway, port);
      if (forwarder !== undefined) open.set(port, forwarder);
    }
  };
  await complete();
  return {
    env,
    command,
    complete,
    async close() {
      await Promise.all([...open.values()].map((forwarder) => forwarder.close()));
      open.clear();
    },
  };
}

async function nothing(): Promise<void> {}

/** This machine's address on the engine's default network; older engines name the network alone. */
async function gatewayOf({ api, kind }: ContainerEngine): Promise<string | undefined> {
  const network = kind === "podman" ? "podman" : "bridge";
  const { IPAM } = (await api.ask("GET", `/networks/${network}`).catch(() => ({}))) as {
    readonly IPAM?: {
      readonly Config?: readonly { readonly Subnet?: string; readonly Gateway?: string }[];
    };
  };
  const known = IPAM?.Config?.find(({ Subnet = "" }) => Subnet.includes("."));
  return known?.Gateway ?? known?.Subnet?.replace(/\.0\/\d+$/, ".1");
}
