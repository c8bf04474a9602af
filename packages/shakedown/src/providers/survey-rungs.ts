import { printableLine } from "../kit/printable.ts";
import type { Rung } from "./ladder.ts";
import type { VersionWish } from "./version-wish.ts";

/** One place where a service could come from, as a person is told of it. */
export interface SurveyedRung {
  readonly kind: string;
  /** `works`: it would have been taken, had another one not come first. */
  readonly state: "taken" | "works" | "no";
  /** "postgres 18.4"; absent where there is none. */
  readonly version?: string;
  readonly reason: string;
}

export interface Looked<Found> {
  readonly taken: Rung<Found>;
  readonly choice: { readonly version: string; readonly reason: string };
  /** Why a rung was not taken, where that is known without another look. */
  readonly known: ReadonlyMap<Rung<Found>, string>;
  readonly wish: VersionWish;
}

/** Looks at the rungs that nobody had a reason to look at; from the top. Looking starts nothing and fetches nothing. */
export async function surveyRungs<Found>(
  rungs: readonly Rung<Found>[],
  { taken, choice, known, wish }: Looked<Found>,
): Promise<readonly SurveyedRung[]> {
  return Promise.all(
    rungs.map(async (rung): Promise<SurveyedRung> => {
      const { kind } = rung;
      if (rung === taken)
        return { kind, state: "taken", version: choice.version, reason: choice.reason };
      const reason = known.get(rung);
      if (reason !== undefined) return { kind, state: "no", reason };
      try {
        const seen = await rung.look(wish);
        if ("passedOver" in seen) return { kind, state: "no", reason: seen.passedOver };
        return { kind, state: "works", version: seen.version, reason: seen.reason };
      } catch (error) {
        // A place that cannot even be looked at is not one to come from.
        return { kind, state: "no", reason: printableLine((error as Error).message) };
      }
    }),
  );
}
