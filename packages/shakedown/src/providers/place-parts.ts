import { realpath, stat } from "node:fs/promises";
import type { StartContext } from "../engines/engine.ts";
import type { ReusePart } from "../engines/reuse-part.ts";
import { imageParts } from "./container/image-part.ts";
import { whyNotAllowed } from "./ladder.ts";
import { policyOf } from "./provider-policy.ts";
import type { ProgramWish } from "./wants-program.ts";

export interface PlaceOptions extends ProgramWish {
  /** What a container would be made of. */
  readonly image: string;
  /** More than any server of the right kind is asked for: a program that is here may be passed over. */
  readonly isPicky: boolean;
  /** Files of programs on this machine, found without running any of them. */
  readonly native: () => Promise<readonly string[]>;
  readonly embedded?: () => Promise<readonly string[]>;
}

/** What stands behind the names of programs and images: each is another one once it was upgraded in its place. */
export async function placeParts(
  context: Pick<StartContext, "service" | "stack" | "environment">,
  { option, given, image, isPicky, native, embedded }: PlaceOptions,
): Promise<readonly ReusePart[]> {
  if (given !== undefined) return [];
  const policy = policyOf(context, { option, hasUrl: false });
  const may = (kind: Parameters<typeof whyNotAllowed>[0]): boolean =>
    whyNotAllowed(kind, policy) === undefined;
  const files = [
    ...(may("native") ? await native() : []),
    ...(embedded !== undefined && may("embedded") ? await embedded() : []),
  ];
  const isPreferred = policy.prefer.some(({ word }) => word === "container");
  const mayBeContainer = may("container") && (isPreferred || isPicky || files.length === 0);
  return [
    ...(await programParts(files)),
    ...(mayBeContainer ? await imageParts(image, context.environment) : []),
  ];
}

/** A part for each program, by size and time; links to the same one count once. */
export async function programParts(files: readonly string[]): Promise<readonly ReusePart[]> {
  const parts = new Map<string, ReusePart>();
  for (const file of files) {
    const real = await realpath(file).catch(() => undefined); // taken away in this moment: as if it had never been
    const found = real === undefined ? undefined : await stat(real).catch(() => undefined);
    if (real === undefined || found === undefined || parts.has(real)) continue;
    parts.set(real, { what: `program ${real}`, hash: `${found.size} ${found.mtimeMs}` });
  }
  return [...parts.values()];
}
