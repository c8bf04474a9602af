import { resolve } from "node:path";
import { isShakedownError } from "../../errors/shakedown-error.ts";
import { buildImage } from "../../providers/container/build-image.ts";
import type { ContainerEngine } from "../../providers/container/find-engine.ts";
import { haveImage, type Image } from "../../providers/container/images.ts";
import type { StartContext } from "../engine.ts";
import { fileFingerprint } from "./fingerprint.ts";
import type { ContainerPlan } from "./options.ts";

/** The image where it can be had, else what its Dockerfile makes. */
export async function imageFor(
  context: StartContext,
  { plan, engine }: { readonly plan: ContainerPlan; readonly engine: ContainerEngine },
): Promise<{ readonly image: Image; readonly built: boolean }> {
  const { environment, progress, signal, log, stack, service, processes } = context;
  const { image, build } = plan;
  if (image !== undefined) {
    try {
      return {
        image: await haveImage(engine, image, { environment, progress, signal }),
        built: false,
      };
    } catch (error) {
      if (build === undefined || !isShakedownError(error)) throw error;
      log.write("shakedown", `${error.message}; building it here instead`);
    }
  }
  const { context: folder, ...rest } =
    typeof build === "string" ? { context: build } : (build ?? { context: "." });
  const built = await buildImage(engine, {
    ...rest,
    folder: resolve(stack.root, folder),
    service: service.name,
    stackFile: stack.file,
    fingerprint: await fileFingerprint({ ...plan, mounts: [], files: {} }, stack.root),
    processes,
    environment,
    log,
    progress,
    signal,
  });
  return { image: built, built: true };
}
