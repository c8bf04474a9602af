import { containerRung } from "../../../providers/container/container-rung.ts";
import { type GivenUrl, givenUrl } from "../../../providers/ladder-url.ts";
import type { Rung } from "../../../providers/ladder.ts";
import type { RunningService, StartContext } from "../../engine.ts";
import { externalRung } from "../../external-rung.ts";
import { urlProblem } from "../../url-for-tests.ts";
import { lookAtServer } from "../external/look-at-local.ts";
import { startExternal } from "../external/start-external.ts";
import { postgresUrls } from "../external/postgres-urls.ts";
import type { ParsedOptions } from "../options.ts";
import { shownLocale } from "../server/initdb.ts";
import { imageOf, startContainer } from "../start-container.ts";
import { startOwn } from "../start-own.ts";
import { embeddedRung } from "./embedded.ts";
import type { Installation } from "./installation.ts";
import { nativeRung } from "./native.ts";

export type Start = () => Promise<Omit<RunningService, "provider">>;

/** Every place where a PostgreSQL server could come from, in the order in which they are looked at. */
export function rungs(context: StartContext, options: ParsedOptions): readonly Rung<Start>[] {
  const { environment, stack, folders } = context;
  const path = environment["PATH"] ?? "";
  const common = { extensions: options.extensions, path, cache: folders.cache };
  return [
    externalRung<Start>({
      service: context.service.name,
      given: urlOf(context, options),
      problemOf: (url) => urlProblem(url, postgresUrls, options.urlIsForTests),
      look: (url, wish) => lookAtServer({ url, wish, extensions: options.extensions }),
      start: (url) => () => startExternal(context, { ...options, url }),
    }),
    ...(options.local === undefined ? [] : [localRung(context, options, options.local)]),
    ownRung(context, options, nativeRung(common)),
    ownRung(context, options, embeddedRung({ ...common, root: stack.root })),
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
    variables: ["TEST_DATABASE_URL"],
    protocol: /^postgres(ql)?:/,
  });
}

function localRung(context: StartContext, options: ParsedOptions, url: string): Rung<Start> {
  return {
    kind: "local",
    async look(wish) {
      const seen = await lookAtServer({ url, wish, extensions: options.extensions });
      if ("passedOver" in seen) return seen;
      return {
        found: () => startExternal(context, { ...options, url }),
        version: seen.version,
        reason: "it runs on this machine",
      };
    },
  };
}

/** A server that is started here from programs of this machine. */
function ownRung(
  context: StartContext,
  options: ParsedOptions,
  { kind, look }: Rung<Installation>,
): Rung<Start> {
  return {
    kind,
    async look(wish) {
      const seen = await look(wish);
      if ("passedOver" in seen) return seen;
      const { found: installation, version, reason } = seen;
      const collation = collationText(options.locale, installation.version.major);
      return {
        found: () => startOwn(context, options, installation),
        version,
        reason: `${reason}; ${collation}`,
      };
    },
  };
}

/** A difference in sorting is found in production only, if nobody tells. */
function collationText(locale: string | undefined, major: number): string {
  const sorts = `sorts by ${shownLocale(locale, major)}`;
  return locale === undefined
    ? `${sorts}, where production may sort otherwise: set locale to what it has`
    : sorts;
}
