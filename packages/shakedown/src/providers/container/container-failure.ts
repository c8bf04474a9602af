import { ShakedownError } from "../../errors/shakedown-error.ts";
import type { ApiFailure } from "./engine-api.ts";
import type { ContainerEngine } from "./find-engine.ts";
import type { Image } from "./images.ts";

export interface FailedContainer {
  readonly title: string;
  readonly engine: Pick<ContainerEngine, "title" | "platform">;
  readonly image: Image;
}

/** Why the engine did not make or start a container, and what to do about it. */
export function containerFailure(
  cause: ApiFailure,
  { title, engine, image }: FailedContainer,
): ShakedownError {
  const saw = cause.message;
  const details = { image: image.reference, engine: engine.title, status: cause.status, saw };
  if (isPortTaken(saw)) {
    return new ShakedownError("CONTAINER_PORT_TAKEN", `${title} did not get its port: ${saw}`, {
      hint: "Look who holds it: docker ps, ss -ltnp",
      details,
      cause,
    });
  }
  if (isExecFormat(saw)) return wrongPlatform(title, { engine, image }, { details, cause });
  if (/no space left on device|disk quota exceeded/i.test(saw)) {
    return new ShakedownError(
      "CONTAINER_DISK_FULL",
      `${title} was not started: the disk of ${engine.title} is full`,
      {
        hint: "Make room: docker system prune (docker system df shows what takes it)",
        details,
        cause,
      },
    );
  }
  if (
    /bind source path does not exist|invalid mount|mount(?:s|ing)? .*(?:denied|not shared|failed)|invalid volume spec|error mounting|statfs .*: no such file/i.test(
      saw,
    )
  ) {
    return new ShakedownError("CONTAINER_MOUNT", `${title} did not get its mounts: ${saw}`, {
      hint: "Correct the mount; on Docker Desktop share its folder in Settings, Resources, File sharing",
      details,
      cause,
    });
  }
  return new ShakedownError("START_FAILED", `${title} was not started by ${engine.title}: ${saw}`, {
    hint: "Correct what it complains of: command, user, workdir or the image",
    details,
    cause,
  });
}

export function isPortTaken(text: string): boolean {
  return /port is already allocated|address already in use|bind: .*in use|proxy already running/i.test(
    text,
  );
}

/** What the kernel says of a program for another processor. */
export function isExecFormat(text: string): boolean {
  return /exec format error/i.test(text);
}

export function wrongPlatform(
  title: string,
  { engine, image }: Pick<FailedContainer, "engine" | "image">,
  options: Pick<ConstructorParameters<typeof ShakedownError>[2] & object, "details" | "cause">,
): ShakedownError {
  const differs = image.platform !== engine.platform;
  return new ShakedownError(
    "IMAGE_PLATFORM",
    `${title} cannot run here: ${image.reference} is ${differs ? `for ${image.platform}, and ${engine.title} runs ${engine.platform}` : `said to be for ${image.platform}, but its program is for another processor (or is a script without #!)`}`,
    {
      hint: "Take a tag for this processor, or build it here: container({ build: … })",
      ...options,
    },
  );
}
