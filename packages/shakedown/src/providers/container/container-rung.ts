import { isShakedownError } from "../../errors/shakedown-error.ts";
import type { Rung } from "../ladder.ts";
import { type ContainerEngine, findEngine } from "./find-engine.ts";
import { findImage, haveImage, shortDigest } from "./images.ts";
import { type RunContainerOptions, type RunningContainer, runContainer } from "./run-container.ts";

export interface ContainerRungOptions {
  /** By tag or digest: `postgres:17`, `postgres@sha256:…`. */
  readonly image: string;
  /** Of the session: says which engine, and holds logins to registries. */
  readonly environment: Readonly<Record<string, string>>;
}

/** An engine and an image that it has, or will have once it was pulled. */
export interface ContainerSource {
  readonly engine: ContainerEngine;
  readonly image: string;
  /** Pulls the image where it is missing (with progress), then starts a container of it. */
  run(options: Omit<RunContainerOptions, "image">): Promise<RunningContainer>;
}

/**
 * The rung for services that come as an image. Looking pulls nothing and starts nothing; whether the service in it is
 * ready is for its engine to ask, by the service's own protocol.
 */
export function containerRung<Found>(
  { image, environment }: ContainerRungOptions,
  toFound: (source: ContainerSource) => Found,
): Rung<Found> {
  return {
    kind: "container",
    async look() {
      try {
        const engine = await findEngine(environment);
        const present = await findImage(engine, image);
        return {
          found: toFound(sourceOf(engine, image, environment)),
          version: present === undefined ? image : `${image} (${shortDigest(present)})`,
          reason: `${engine.title} at ${engine.endpoint.url}${present === undefined ? ", once it has pulled the image" : ""}`,
        };
      } catch (error) {
        if (!isShakedownError(error)) throw error;
        return { passedOver: error.message };
      }
    },
  };
}

function sourceOf(
  engine: ContainerEngine,
  image: string,
  environment: Readonly<Record<string, string>>,
): ContainerSource {
  return {
    engine,
    image,
    async run(options) {
      const { progress, signal } = options;
      const present = await haveImage(engine, image, { environment, progress, signal });
      return runContainer(engine, { ...options, image: present });
    },
  };
}
