import { ShakedownError } from "../errors/shakedown-error.ts";
import type { GivenUrl } from "../providers/ladder-url.ts";
import type { Look, Rung } from "../providers/ladder.ts";
import type { VersionWish } from "../providers/version-wish.ts";
import type { UrlProblem } from "./url-for-tests.ts";

export interface ExternalRungOptions<Start> {
  readonly service: string;
  readonly given: GivenUrl | undefined;
  readonly problemOf: (url: string) => UrlProblem | undefined;
  /** Asks the server what it is. */
  look(
    url: string,
    wish: VersionWish,
  ): Promise<{ readonly version: string } | Extract<Look<unknown>, { passedOver: string }>>;
  start(url: string): Start;
}

/** The database server that somebody named: by `url`, or by a variable. It must say that it is for tests. */
export function externalRung<Start>(options: ExternalRungOptions<Start>): Rung<Start> {
  const { service, given } = options;
  return {
    kind: "external",
    isNamed: given !== undefined,
    async look(wish) {
      if (given === undefined) return { passedOver: "no url given" };
      const { url, by } = given;
      const name = by === "the stack" ? "url" : by;
      const problem = options.problemOf(url);
      if (problem !== undefined) {
        throw new ShakedownError(
          "DATABASE_NOT_FOR_TESTS",
          `${service}: ${name} ${problem.message}`,
          { hint: problem.hint },
        );
      }
      const seen = await options.look(url, wish);
      if ("passedOver" in seen) return seen;
      return { found: options.start(url), version: seen.version, reason: `${name} is given` };
    },
  };
}
