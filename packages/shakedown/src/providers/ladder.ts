import type { ProviderChoice } from "../engines/engine.ts";
import { ShakedownError } from "../errors/shakedown-error.ts";

/** One place where a service could come from. */
export interface Rung<Found> {
  readonly kind: ProviderChoice["kind"];
  look(): Promise<Look<Found>>;
}

export type Look<Found> =
  | {
      readonly found: Found;
      /** "postgres 18.4" */
      readonly version: string;
      /** One sentence for the user: "found in /usr/lib/postgresql/18/bin". */
      readonly reason: string;
    }
  /** Why this place was not taken: "not on PATH"; "version 14.2 is older than 15". */
  | { readonly passedOver: string };

/**
 * The first rung that works, from the top; every rung above it is kept with its reason.
 *
 * @throws ShakedownError `PROVIDER_NONE` with all reasons
 */
export async function chooseProvider<Found>(
  subject: string,
  rungs: readonly Rung<Found>[],
  hint: string,
): Promise<{ readonly found: Found; readonly choice: ProviderChoice }> {
  const passedOver: { readonly kind: string; readonly reason: string }[] = [];
  for (const { kind, look } of rungs) {
    const seen = await look();
    if ("passedOver" in seen) {
      passedOver.push({ kind, reason: seen.passedOver });
      continue;
    }
    const { found, version, reason } = seen;
    return { found, choice: { kind, version, reason, passedOver } };
  }
  const reasons = passedOver.map(({ kind, reason }) => `${kind}: ${reason}`).join("; ");
  throw new ShakedownError(
    "PROVIDER_NONE",
    `${subject} was not found in any of ${rungs.length} places (${reasons})`,
    { hint, details: { passedOver } },
  );
}
