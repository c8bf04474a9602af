import { ShakedownError } from "../../errors/shakedown-error.ts";
import { ApiFailure } from "./engine-api.ts";
import type { ContainerEngine } from "./find-engine.ts";
import { pullImage } from "./pull-image.ts";

/** An image that the engine has. */
export interface Image {
  /** As it was asked for. */
  readonly reference: string;
  /** "sha256:…", of the engine's own copy. */
  readonly id: string;
  /** "sha256:…", as the registry knows it; absent for what was built here. */
  readonly digest?: string;
  /** "linux/amd64" */
  readonly platform: string;
}

/** As `docker images` shows it. */
export function shortDigest({ id, digest }: Image): string {
  return (digest ?? id).replace(/^sha256:/, "").slice(0, 12);
}

export interface HaveImageOptions {
  readonly environment: Readonly<Record<string, string>>;
  readonly progress: (step: string) => void;
  readonly signal: AbortSignal;
}

/** What the engine has under this name or digest, if anything. */
export async function findImage(
  { api }: ContainerEngine,
  reference: string,
): Promise<Image | undefined> {
  try {
    const found = (await api.ask("GET", `/images/${encodeURI(reference)}/json`)) as {
      readonly Id: string;
      readonly RepoDigests?: readonly string[] | null;
      readonly Os: string;
      readonly Architecture: string;
    };
    const digest = found.RepoDigests?.[0]?.split("@")[1];
    return {
      reference,
      id: found.Id.startsWith("sha256:") ? found.Id : `sha256:${found.Id}`,
      platform: `${found.Os}/${found.Architecture}`,
      ...(digest === undefined ? {} : { digest }),
    };
  } catch (error) {
    if (error instanceof ApiFailure && error.status === 404) return undefined;
    if (error instanceof ApiFailure && /invalid reference/i.test(error.message)) {
      throw new ShakedownError("IMAGE_MISSING", `${reference} is not the name of an image`, {
        hint: "Name it by tag or digest: postgres:17, ghcr.io/me/app@sha256:…",
        cause: error,
      });
    }
    throw error;
  }
}

const pulling = new Map<string, Promise<void>>();

/**
 * The image, pulled where the engine does not have it. Two services that want the same one wait for one pull.
 *
 * @throws ShakedownError `IMAGE_MISSING`, `IMAGE_PLATFORM`, `IMAGE_PULL_LIMIT`, `CONTAINER_DISK_FULL`
 */
export async function haveImage(
  engine: ContainerEngine,
  reference: string,
  options: HaveImageOptions,
): Promise<Image> {
  const present = await findImage(engine, reference);
  if (present !== undefined) return present;
  const key = `${engine.endpoint.url} ${reference}`;
  const pull =
    pulling.get(key) ??
    pullImage(engine, reference, options).finally(() => {
      pulling.delete(key);
    });
  pulling.set(key, pull);
  await pull;
  const pulled = await findImage(engine, reference);
  if (pulled !== undefined) return pulled;
  throw new ShakedownError(
    "IMAGE_MISSING",
    `${reference} was pulled, but ${engine.title} does not have it`,
    { hint: "Look what it has: docker images" },
  );
}
