import { createHash } from "node:crypto";
import { access, constants, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { ShakedownError } from "../../errors/shakedown-error.ts";

/** Where a container engine's API may be, and who says so. */
export interface Endpoint {
  /** `unix:///var/run/docker.sock`, `tcp://docker:2376` */
  readonly url: string;
  /** "DOCKER_HOST"; "the docker context desktop-linux"; "a usual place". */
  readonly from: string;
  /** A folder with ca.pem, cert.pem and key.pem, where the engine asks for them. */
  readonly tlsFolder?: string;
}

type Environment = Readonly<Record<string, string>>;

/** What somebody named is the only candidate; else the usual places, Docker's before Podman's. */
export async function endpointCandidates(environment: Environment): Promise<readonly Endpoint[]> {
  const named = namedEndpoint(environment) ?? (await contextEndpoint(environment));
  if (named !== undefined) return [checked(named)];
  const found: Endpoint[] = [];
  for (const path of usualSockets(environment)) {
    const isThere = await access(path, constants.F_OK).then(
      () => true,
      (error: NodeJS.ErrnoException) => error.code === "EACCES",
    );
    if (isThere) found.push({ url: `unix://${path}`, from: "a usual place" });
  }
  return found;
}

/** In the order in which they are tried. */
export function usualSockets(environment: Environment): readonly string[] {
  const home = environment["HOME"] ?? homedir();
  const runtime = environment["XDG_RUNTIME_DIR"] ?? `/run/user/${process.getuid?.() ?? 0}`;
  return [
    "/var/run/docker.sock",
    join(runtime, "docker.sock"),
    join(home, ".docker", "run", "docker.sock"),
    join(home, ".docker", "desktop", "docker.sock"),
    join(home, ".colima", "default", "docker.sock"),
    join(home, ".rd", "docker.sock"),
    join(runtime, "podman", "podman.sock"),
    "/run/podman/podman.sock",
    join(home, ".local", "share", "containers", "podman", "machine", "podman.sock"),
  ];
}

function namedEndpoint(environment: Environment): Endpoint | undefined {
  for (const from of ["DOCKER_HOST", "CONTAINER_HOST"]) {
    const url = environment[from];
    if (url === undefined || url === "") continue;
    const tls = environment["DOCKER_TLS_VERIFY"] ?? "";
    if (from !== "DOCKER_HOST" || tls === "" || !url.startsWith("tcp:")) return { url, from };
    const tlsFolder = environment["DOCKER_CERT_PATH"] ?? dockerFolder(environment);
    return { url, from, tlsFolder };
  }
  return undefined;
}

/** What `docker context use` chose. */
async function contextEndpoint(environment: Environment): Promise<Endpoint | undefined> {
  const folder = dockerFolder(environment);
  const name = environment["DOCKER_CONTEXT"] ?? (await chosenContext(folder));
  if (name === undefined || name === "" || name === "default") return undefined;
  const digest = createHash("sha256").update(name).digest("hex");
  const from = `the docker context ${name}`;
  try {
    const text = await readFile(join(folder, "contexts", "meta", digest, "meta.json"), "utf8");
    const { Endpoints } = JSON.parse(text) as {
      readonly Endpoints?: { readonly docker?: { readonly Host?: string } };
    };
    const url = Endpoints?.docker?.Host ?? "";
    if (!url.startsWith("tcp:")) return { url, from };
    return { url, from, tlsFolder: join(folder, "contexts", "tls", digest, "docker") };
  } catch (cause) {
    throw new ShakedownError(
      "CONTAINER_ENGINE_NONE",
      `${from} cannot be read: ${(cause as Error).message}`,
      { hint: "Choose another one: docker context use default", cause },
    );
  }
}

async function chosenContext(folder: string): Promise<string | undefined> {
  try {
    const text = await readFile(join(folder, "config.json"), "utf8");
    return (JSON.parse(text) as { readonly currentContext?: string }).currentContext;
  } catch {
    // None, or not one that docker itself could read: the usual places are tried.
    return undefined;
  }
}

/** Where docker keeps its settings, contexts and logins. */
export function dockerFolder(environment: Environment): string {
  return environment["DOCKER_CONFIG"] ?? join(environment["HOME"] ?? homedir(), ".docker");
}

function checked(endpoint: Endpoint): Endpoint {
  if (/^(?:unix:\/\/\/|tcp:\/\/|http:\/\/)/.test(endpoint.url)) return endpoint;
  const isSsh = endpoint.url.startsWith("ssh:");
  throw new ShakedownError(
    "CONTAINER_ENGINE_NONE",
    `${endpoint.from} names ${endpoint.url || "nothing"}, which is neither unix:///path nor tcp://host:port`,
    {
      hint: isSsh
        ? "Its containers' ports would be on that machine: forward its socket and run the tests there, or use a local engine"
        : "Correct it, or leave it out: unset DOCKER_HOST",
      details: { endpoint: endpoint.url, from: endpoint.from },
    },
  );
}
