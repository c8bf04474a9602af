import type { ReusePart } from "../../engines/reuse-part.ts";
import { isShakedownError } from "../../errors/shakedown-error.ts";
import { findEngine } from "./find-engine.ts";
import { findImage, shortDigest } from "./images.ts";

/** The image behind a name, which may be another one tomorrow. Where no engine answers, the start tells that. */
export async function imageParts(
  image: string,
  environment: Readonly<Record<string, string>>,
): Promise<readonly ReusePart[]> {
  const unknown = { what: `image ${image}`, hash: "none", isOpen: true } as const;
  try {
    const found = await findImage(await findEngine(environment), image);
    return found === undefined
      ? [unknown]
      : [{ what: `image ${image}`, hash: found.id, shown: shortDigest(found) }];
  } catch (error) {
    if (isShakedownError(error)) return [unknown];
    throw error;
  }
}
