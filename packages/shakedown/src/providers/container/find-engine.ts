import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { isShakedownError, ShakedownError } from "../../errors/shakedown-error.ts";
import { type Endpoint, endpointCandidates, usualSockets } from "./endpoint.ts";
import { type EngineApi, openEngineApi } from "./engine-api.ts";

/** A container engine that answers. */
export interface ContainerEngine {
  readonly kind: "docker" | "podman";
  /** "Docker 29.1.2" */
  readonly title: string;
  readonly endpoint: Endpoint;
  readonly apiVersion: string;
  /** "linux/amd64" */
  readonly platform: string;
  /** Where this process reaches ports that the engine publishes, and where it publishes them. */
  readonly host: string;
  readonly publishOn: string;
  /** A container with the host's network has this very one: its loopback interface is ours. */
  readonly sharesNetwork: boolean;
  readonly api: EngineApi;
}

/** The versions of the API that this was written for; everything that we ask is in all of them. */
const oldestApi = "1.40";
const newestApi = "1.52";

const known = new Map<string, Promise<ContainerEngine>>();

/**
 * The first engine that answers, asked once per process and place.
 *
 * @throws ShakedownError `CONTAINER_ENGINE_NONE`, `CONTAINER_ENGINE_DENIED`, `CONTAINER_ENGINE_OLD`
 */
export async function findEngine(
  environment: Readonly<Record<string, string>>,
): Promise<ContainerEngine> {
  const candidates = await endpointCandidates(environment);
  const failures: ShakedownError[] = [];
  for (const endpoint of candidates) {
    const key = JSON.stringify(endpoint);
    const opening = known.get(key) ?? openEngine(endpoint);
    known.set(key, opening);
    try {
      return await opening;
    } catch (error) {
      // An engine may be started while we run: asked again the next time.
      known.delete(key);
      if (!isShakedownError(error)) throw error;
      failures.push(error);
    }
  }
  throw (
    failures.find(({ code }) => code === "CONTAINER_ENGINE_DENIED") ??
    failures[0] ??
    nothingThere(environment)
  );
}

interface VersionAnswer {
  readonly Version: string;
  readonly ApiVersion: string;
  readonly MinAPIVersion?: string;
  readonly Os: string;
  readonly Arch: string;
  readonly Components?: readonly { readonly Name: string; readonly Version: string }[];
}

export async function openEngine(endpoint: Endpoint): Promise<ContainerEngine> {
  using first = openEngineApi(endpoint);
  const answer = (await first
    .ask("GET", "/version", { timeoutMs: 5000 })
    .catch((error: unknown) => {
      throw unreachable(endpoint, error);
    })) as VersionAnswer;
  const podman = answer.Components?.find(({ Name }) => /podman/i.test(Name));
  const title = podman === undefined ? `Docker ${answer.Version}` : `Podman ${podman.Version}`;
  const apiVersion = commonVersion(answer, title);
  return {
    kind: podman === undefined ? "docker" : "podman",
    title,
    endpoint,
    apiVersion,
    platform: `${answer.Os}/${answer.Arch}`,
    ...(await addressesOf(endpoint)),
    sharesNetwork: sharesNetwork(endpoint, podman !== undefined),
    api: openEngineApi(endpoint, apiVersion),
  };
}

/** The newest that both know; what an engine still takes at least counts more than what we were written for. */
function commonVersion(
  { ApiVersion, MinAPIVersion = oldestApi }: VersionAnswer,
  title: string,
): string {
  if (isOlder(ApiVersion, oldestApi)) {
    throw new ShakedownError(
      "CONTAINER_ENGINE_OLD",
      `${title} speaks API ${ApiVersion}; ${oldestApi} is the oldest that can be used`,
      { hint: "Update the engine: Docker 19.03 or newer, Podman 4 or newer" },
    );
  }
  const common = isOlder(ApiVersion, newestApi) ? ApiVersion : newestApi;
  return isOlder(common, MinAPIVersion) ? MinAPIVersion : common;
}

export function isOlder(left: string, right: string): boolean {
  const [leftMajor = 0, leftMinor = 0] = left.split(".").map(Number);
  const [rightMajor = 0, rightMinor = 0] = right.split(".").map(Number);
  return leftMajor === rightMajor ? leftMinor < rightMinor : leftMajor < rightMajor;
}

/** Docker's bridge is here unless it runs in a machine of its own (Desktop) or in a user's space of networks (rootless). */
function sharesNetwork({ url }: Endpoint, isPodman: boolean): boolean {
  if (process.platform !== "linux" || !url.startsWith("unix:")) return false;
  return existsSync("/sys/class/net/docker0") || (isPodman && !isInsideContainer());
}

function isInsideContainer(): boolean {
  return existsSync("/.dockerenv") || existsSync("/run/.containerenv");
}

/** Ports are published on the loopback interface; elsewhere only where that could not be reached from here. */
async function addressesOf({ url }: Endpoint): Promise<{ host: string; publishOn: string }> {
  if (!url.startsWith("unix:")) {
    const { hostname } = new URL(url.replace(/^tcp:/, "http:"));
    const isLocal = /^(?:localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
    return isLocal
      ? { host: "127.0.0.1", publishOn: "127.0.0.1" }
      : { host: hostname, publishOn: "0.0.0.0" };
  }
  const gateway = await gatewayFromInside();
  return { host: gateway ?? "127.0.0.1", publishOn: gateway ?? "127.0.0.1" };
}

/** Inside a container with the host's socket, the host's loopback is another one than ours: its side of the bridge is not. */
async function gatewayFromInside(): Promise<string | undefined> {
  // An engine inside the same container has its bridge here.
  if (!isInsideContainer() || existsSync("/sys/class/net/docker0")) return undefined;
  const routes = await readFile("/proc/net/route", "utf8").catch(() => ""); // not Linux, so not inside
  const route = routes
    .split("\n")
    .map((line) => line.split("\t"))
    .find(([, destination]) => destination === "00000000");
  return route?.[2] === undefined ? undefined : toAddress(route[2]);
}

/** The kernel prints it as one little-endian number. */
function toAddress(hex: string): string {
  return [6, 4, 2, 0].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).join(".");
}

function unreachable(endpoint: Endpoint, error: unknown): ShakedownError {
  const { code, message } = error as NodeJS.ErrnoException;
  const shown = `${endpoint.url} (${endpoint.from})`;
  const details = { endpoint: endpoint.url, from: endpoint.from, saw: code ?? message };
  if (code === "EACCES" || code === "EPERM") {
    return new ShakedownError(
      "CONTAINER_ENGINE_DENIED",
      `the container engine at ${shown} may not be used by this user: ${code}`,
      {
        hint: "Join its group and log in again: sudo usermod -aG docker $USER (or use rootless Docker or Podman)",
        details,
        cause: error,
      },
    );
  }
  const isStopped = code === "ENOENT" || code === "ECONNREFUSED";
  return new ShakedownError(
    "CONTAINER_ENGINE_NONE",
    `no container engine answers at ${shown}: ${code ?? message}`,
    {
      hint: isStopped
        ? "Start it: sudo systemctl start docker (Podman: systemctl --user start podman.socket)"
        : "Look what listens there: docker version",
      details,
      cause: error,
    },
  );
}

function nothingThere(environment: Readonly<Record<string, string>>): ShakedownError {
  return new ShakedownError(
    "CONTAINER_ENGINE_NONE",
    "no container engine was found: there is no socket of Docker or Podman in the usual places",
    {
      hint: "Install Docker or Podman and start it (systemctl --user start podman.socket), or name one: DOCKER_HOST=unix:///path",
      details: { looked: [...usualSockets(environment)] },
    },
  );
}
