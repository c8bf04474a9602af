import { containerRung } from "../../providers/container/container-rung.ts";
import { type GivenUrl, givenUrl } from "../../providers/ladder-url.ts";
import type { Rung } from "../../providers/ladder.ts";
import type { RunningService, StartContext } from "../engine.ts";
import { externalRung } from "../external-rung.ts";
import { urlProblem } from "../url-for-tests.ts";
import { lookAtServer } from "./external/look-at-server.ts";
import { startExternal } from "./external/start-external.ts";
import { mysqlUrls } from "./external/mysql-urls.ts";
import type { ParsedOptions } from "./options.ts";
import { lookForInstallation } from "./server/installation.ts";
import { imageOf, startContainer } from "./start-container.ts";
import { startOwn } from "./start-own.ts";

export type Start = () => Promise<Omit<RunningService, "provider">>;

/** Every place where a server could come from, in the order in which they are looked at. */
export function rungs(context: StartContext, options: ParsedOptions): readonly Rung<Start>[] {
  const { environment } = context;
  return [
    externalRung<Start>({
      service: context.service.name,
      given: urlOf(context, options),
      problemOf: (url) => urlProblem(url, mysqlUrls, options.urlIsForTests),
      look: (url, wish) => lookAtServer(url, { wish, flavour: options.flavour }),
      start: (url) => () => startExternal(context, options, url),
    }),
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
