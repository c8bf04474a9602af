import { ShakedownError } from "../../errors/shakedown-error.ts";
import { containerRung } from "../../providers/container/container-rung.ts";
import { type GivenUrl, givenUrl } from "../../providers/ladder-url.ts";
import type { Rung } from "../../providers/ladder.ts";
import type { RunningService, StartContext } from "../engine.ts";
import { lookAtServer } from "./external/look-at-server.ts";
import { startExternal } from "./external/start-external.ts";
import { urlProblem } from "./external/url-for-tests.ts";
import type { ParsedOptions } from "./options.ts";
import { lookForInstallation } from "./server/installation.ts";
import { imageOf, startContainer } from "./start-container.ts";
import { startOwn } from "./start-own.ts";

export type Start = () => Promise<Omit<RunningService, "provider">>;

/** Every place where a server could come from, in the order in which they are looked at. */
export function rungs(context: StartContext, options: ParsedOptions): readonly Rung<Start>[] {
  const { environment } = context;
  return [
    externalRung(context, options),
    nativeRung(context, options),
    containerRung<Start>(
      { image: imageOf(options), environment },
      (source) => () => startContainer(context, options, source),
    ),
  ];
}

/** The server that the stack or the environment names. */
export function urlOf(
  { environment }: Pick<StartContext, "environment">,
  { url }: ParsedOptions,
): GivenUrl | undefined {
  return givenUrl({
    option: url,
    environment,
    variables: ["TEST_MYSQL_URL", "TEST_DATABASE_URL"],
    protocol: /^(mysql|mariadb):/,
  });
}

function externalRung(context: StartContext, options: ParsedOptions): Rung<Start> {
  const given = urlOf(context, options);
  return {
    kind: "external",
    isNamed: given !== undefined,
    async look(wish) {
      if (given === undefined) return { passedOver: "no url given" };
      const { url, by } = given;
      const name = by === "the stack" ? "url" : by;
      const problem = urlProblem(url, options.urlIsForTests);
      if (problem !== undefined) {
        throw new ShakedownError(
          "DATABASE_NOT_FOR_TESTS",
          `${context.service.name}: ${name} ${problem.message}`,
          { hint: problem.hint },
        );
      }
      const seen = await lookAtServer(url, { wish, flavour: options.flavour });
      if ("passedOver" in seen) return seen;
      return {
        found: () => startExternal(context, options, url),
        version: seen.version,
        reason: `${name} is given`,
      };
    },
  };
}

function nativeRung(context: StartContext, options: ParsedOptions): Rung<Start> {
  const { environment, folders } = context;
  const { flavour } = options;
  return {
    kind: "native",
    async look(wish) {
      const seen = await lookForInstallation({ flavour, environment, cache: folders.cache }, wish);
      if ("passedOver" in seen) return seen;
      const { found: installation, version, reason } = seen;
      return { found: () => startOwn(context, options, installation), version, reason };
    },
  };
}
