import type { IncomingMessage } from "node:http";
import { ShakedownError } from "../../errors/shakedown-error.ts";
import { ApiFailure } from "./engine-api.ts";
import type { ContainerEngine } from "./find-engine.ts";
import type { HaveImageOptions } from "./images.ts";
import { registryLogin } from "./registry-login.ts";

/** One line of the engine's answer while it pulls. */
interface PullLine {
  readonly id?: string;
  readonly status?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
  readonly error?: string;
}

const tellEveryMs = 250;

export async function pullImage(
  engine: ContainerEngine,
  reference: string,
  { environment, progress, signal }: HaveImageOptions,
): Promise<void> {
  const { name, tag } = splitReference(reference);
  progress(`pulling ${reference}`);
  const login = await registryLogin(reference, environment);
  try {
    const answer = await engine.api.stream("POST", "/images/create", {
      query: { fromImage: name, tag },
      ...(login === undefined ? {} : { headers: { "x-registry-auth": login } }),
      signal,
      // A layer that does not move for so long does not come any more.
      timeoutMs: 120_000,
    });
    const layers = new Map<string, PullLine>();
    let toldMs = Number.NEGATIVE_INFINITY;
    for await (const line of jsonLines<PullLine>(answer)) {
      if (line.error !== undefined) throw new ApiFailure(500, line.error);
      if (line.id !== undefined) layers.set(line.id, line);
      if (performance.now() - toldMs < tellEveryMs) continue;
      toldMs = performance.now();
      progress(`pulling ${reference}: ${describePull([...layers.values()])}`);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw pullFailure(reference, engine, error);
  }
}

/** "3 of 12 layers, 45 of 120 MB" */
export function describePull(layers: readonly PullLine[]): string {
  const real = layers.filter(({ status = "" }) => !status.startsWith("Pulling from"));
  const done = real.filter(({ status = "" }) => /complete|Already exists/i.test(status)).length;
  const loading = real.filter(({ status }) => status === "Downloading");
  const sum = (of: "current" | "total"): number =>
    Math.round(
      loading.reduce((total, { progressDetail }) => total + (progressDetail?.[of] ?? 0), 0) / 1e6,
    );
  const bytes = loading.length === 0 ? "" : `, ${sum("current")} of ${sum("total")} MB`;
  return `${done} of ${real.length} layers${bytes}`;
}

export function splitReference(reference: string): { readonly name: string; readonly tag: string } {
  const [name = "", digest] = reference.split("@");
  if (digest !== undefined) return { name: withoutTag(name).name, tag: digest };
  return withoutTag(name);
}

function withoutTag(reference: string): { name: string; tag: string } {
  const colon = reference.lastIndexOf(":");
  // A colon before a slash belongs to the registry's port.
  if (colon === -1 || reference.includes("/", colon)) return { name: reference, tag: "latest" };
  return { name: reference.slice(0, colon), tag: reference.slice(colon + 1) };
}

/** What stood in the way, and what to do about it. */
export function pullFailure(
  reference: string,
  { platform, title }: Pick<ContainerEngine, "platform" | "title">,
  cause: unknown,
): ShakedownError {
  const saw = (cause as Error).message;
  const details = { image: reference, engine: title, saw };
  if (/toomanyrequests|too many requests|rate limit/i.test(saw)) {
    return new ShakedownError(
      "IMAGE_PULL_LIMIT",
      `${reference} was not pulled: the registry's limit of pulls is reached`,
      { hint: "Log in, which raises it: docker login (or name a mirror's image)", details, cause },
    );
  }
  if (
    /no matching manifest|does not match the specified platform|no image found in .*(?:list|index) for architecture/i.test(
      saw,
    )
  ) {
    return new ShakedownError("IMAGE_PLATFORM", `${reference} does not exist for ${platform}`, {
      hint: "Take another tag or image, or build it here: container({ build: … })",
      details,
      cause,
    });
  }
  if (/no space left on device|disk quota exceeded/i.test(saw)) {
    return new ShakedownError(
      "CONTAINER_DISK_FULL",
      `${reference} was not pulled: the disk of ${title} is full`,
      {
        hint: "Make room: docker system prune (docker system df shows what takes it)",
        details,
        cause,
      },
    );
  }
  const isUnknown =
    /not found|manifest unknown|access denied|unauthorized|denied:|no such image|does not exist|requires authentication/i.test(
      saw,
    );
  return new ShakedownError("IMAGE_MISSING", `${reference} was not pulled: ${saw}`, {
    hint: isUnknown
      ? "Correct its name, log in where it is private (docker login), or build it here: container({ build: … })"
      : `Look whether the registry can be reached: docker pull ${reference}`,
    details,
    cause,
  });
}

async function* jsonLines<Line>(answer: IncomingMessage): AsyncGenerator<Line> {
  let rest = "";
  for await (const chunk of answer) {
    const lines = `${rest}${(chunk as Buffer).toString("utf8")}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.trim() !== "") yield JSON.parse(line) as Line;
  }
  if (rest.trim() !== "") yield JSON.parse(rest) as Line;
}
