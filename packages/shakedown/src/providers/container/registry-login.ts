import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { dockerFolder } from "./endpoint.ts";

interface DockerConfig {
  readonly auths?: Readonly<
    Record<string, { readonly auth?: string; readonly identitytoken?: string }>
  >;
  readonly credsStore?: string;
  readonly credHelpers?: Readonly<Record<string, string>>;
}

type Environment = Readonly<Record<string, string>>;

const dockerHub = "https://index.docker.io/v1/";

/** What `docker login` has stored for the image's registry, as the engine wants it: one header's value. */
export async function registryLogin(
  reference: string,
  environment: Environment,
): Promise<string | undefined> {
  const config = await readConfig(environment);
  const registry = registryOf(reference);
  const helper = config.credHelpers?.[registry] ?? config.credsStore;
  const login =
    (helper === undefined ? undefined : await askHelper(helper, registry, environment)) ??
    storedLogin(config, registry);
  if (login === undefined) return undefined;
  return Buffer.from(JSON.stringify({ ...login, serveraddress: registry })).toString("base64url");
}

/** "ghcr.io" for ghcr.io/me/app; a name without a host is Docker Hub's. */
export function registryOf(reference: string): string {
  const [first = "", ...rest] = reference.split("/");
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  return !isHost || first === "docker.io" ? dockerHub : first;
}

async function readConfig(environment: Environment): Promise<DockerConfig> {
  try {
    return JSON.parse(
      await readFile(join(dockerFolder(environment), "config.json"), "utf8"),
    ) as DockerConfig;
  } catch {
    return {}; // nobody has logged in
  }
}

function storedLogin({ auths = {} }: DockerConfig, registry: string): object | undefined {
  const { auth, identitytoken } = auths[registry] ?? auths[`https://${registry}`] ?? {};
  if (identitytoken !== undefined && identitytoken !== "") return { identitytoken };
  if (auth === undefined || auth === "") return undefined;
  const [username, ...password] = Buffer.from(auth, "base64").toString("utf8").split(":");
  return { username, password: password.join(":") };
}

/** Undefined when it has nothing for this registry, or cannot be asked: many images need no login. */
async function askHelper(
  helper: string,
  registry: string,
  environment: Environment,
): Promise<object | undefined> {
  const text = await new Promise<string>((resolve) => {
    const child = spawn(`docker-credential-${helper}`, ["get"], {
      env: environment,
      stdio: ["pipe", "pipe", "ignore"],
      timeout: 10_000,
    });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.once("error", () => resolve("")); // not installed
    child.once("close", (code) =>
      resolve(code === 0 ? Buffer.concat(chunks).toString("utf8") : ""),
    );
    child.stdin.on("error", () => undefined); // it ended without reading: its exit says all
    child.stdin.end(`${registry}\n`);
  });
  try {
    const { Username, Secret } = JSON.parse(text) as { Username: string; Secret: string };
    return Username === "<token>"
      ? { identitytoken: Secret }
      : { username: Username, password: Secret };
  } catch {
    return undefined;
  }
}
