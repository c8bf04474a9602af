import * as v from "valibot";
import { chooseProvider, type Rung, startChosen } from "../../providers/ladder.ts";
import { type GivenUrl, givenUrl } from "../../providers/ladder-url.ts";
import { policyOf } from "../../providers/provider-policy.ts";
import { providerProblems } from "../../providers/provider-problems.ts";
import { anyVersion, parseVersionWish, type VersionWish } from "../../providers/version-wish.ts";
import { placeParts } from "../../providers/place-parts.ts";
import { findRedis, redisCandidates, type RedisProgram } from "../../providers/redis-programs.ts";
import { wantsProgram } from "../../providers/wants-program.ts";
import type { Problem, ServicePlan } from "../../stack/plan.ts";
import type { Engine, RunningService, StartContext } from "../engine.ts";
import { optionProblems } from "../option-problems.ts";
import { soundOptions } from "../sound-options.ts";
import { clientCommand } from "./client-command.ts";
import { containerRung, imageOf } from "./container.ts";
import { externalNote, lookAtExternal } from "./external.ts";
import { startNative } from "./native.ts";
import { optionsSchema, type RedisPlan } from "./options.ts";

type Start = () => Promise<Omit<RunningService, "provider">>;

const engine: Engine = {
  name: "redis",
  usualVariables: { REDIS_URL: "url" },
  clientCommand,
  installable(context) {
    const plan = v.parse(optionsSchema, context.service.options);
    const given = urlOf(context, plan);
    return wantsProgram(context, { option: plan.provider, given }) ? "redis" : undefined;
  },

  reuseParts(service, stack, environment) {
    const plan = soundOptions(service, optionsSchema);
    return placeParts(
      { service, stack, environment },
      {
        option: plan.provider,
        given: urlOf({ environment }, plan),
        image: imageOf(plan),
        isPicky: plan.image !== undefined || plan.version !== undefined,
        native: async () => redisCandidates(environment).map(({ file }) => file),
      },
    );
  },

  validate: async (service) => [
    ...optionProblems(service, optionsSchema),
    ...perProblems(service),
    ...externalProblems(service),
    ...providerProblems({
      at: `services.${service.name}`,
      option: soundOptions(service, optionsSchema).provider,
      kinds: ["external", "native", "container"],
      hasUrl: service.options["url"] !== undefined,
    }),
  ],

  async start(context) {
    const plan = v.parse(optionsSchema, context.service.options);
    const chosen = await chooseProvider<Start>(
      context.service.name,
      [externalRung(context, plan), nativeRung(context, plan), containerRung(context, plan)],
      {
        service: context.service.name,
        hint: 'Install one for yourself: shakedown install redis (or name a server: redis({ url: "redis://…" }))',
        policy: policyOf(context, { option: plan.provider, hasUrl: plan.url !== undefined }),
        wish: parseVersionWish(plan.version) ?? anyVersion,
        onOtherVersion: plan.onOtherVersion,
      },
    );
    return {
      provider: chosen.choice,
      providers: chosen.survey,
      ...(await startChosen(chosen)),
      ...(chosen.choice.kind === "external" ? { note: externalNote } : {}),
    };
  },
};

export default engine;

function perProblems({ name, per }: ServicePlan): Problem[] {
  if (per !== "test") return [];
  return [
    {
      at: `services.${name}.per`,
      message: `"test" is not supported for redis`,
      hint: 'Take "slot": each test finds the server as it was at the baseline',
    },
  ];
}

function externalProblems(service: ServicePlan): Problem[] {
  if (service.options["url"] === undefined) return [];
  return ["settings", "image"].flatMap((option) =>
    service.options[option] === undefined
      ? []
      : [
          {
            at: `services.${service.name}.${option}`,
            message: "has no effect on the server of `url`, which runs already",
            hint: `Take ${option} or url out`,
          },
        ],
  );
}

/** The server that the stack or the environment names. */
function urlOf(
  { environment }: Pick<StartContext, "environment">,
  { url }: RedisPlan,
): GivenUrl | undefined {
  return givenUrl({
    option: url,
    environment,
    variables: ["TEST_REDIS_URL"],
    protocol: /^rediss?:/,
  });
}

function externalRung(context: StartContext, plan: RedisPlan): Rung<Start> {
  const given = urlOf(context, plan);
  return {
    kind: "external",
    isNamed: given !== undefined,
    async look(wish) {
      if (given === undefined) return { passedOver: "no url given" };
      const server = await lookAtExternal(given.url);
      if (!wish.accepts(server.version))
        return { passedOver: `${server.shown} is version ${server.version}, not ${wish.text}` };
      return {
        found: () => server.start(context),
        version: `redis ${server.version}`,
        reason: `${given.by} ${given.by === "the stack" ? "names" : "is"} ${server.shown}`,
      };
    },
  };
}

function nativeRung(context: StartContext, plan: RedisPlan): Rung<Start> {
  return {
    kind: "native",
    async look(wish) {
      const { environment, folders } = context;
      const programs = await findRedis({ environment, cacheFolder: folders.cache });
      const program = programs.find(({ version }) => wish.accepts(version));
      if (program !== undefined) {
        const { name, version, file, where } = program;
        return {
          found: () => startNative(context, plan, program),
          version: `${name} ${version}`,
          reason: `${file}, ${where}`,
        };
      }
      return {
        passedOver:
          programs.length === 0
            ? "neither redis-server nor valkey-server was found"
            : otherVersions(programs, wish),
      };
    },
  };
}

function otherVersions(programs: readonly RedisProgram[], wish: VersionWish): string {
  return programs.map(({ file, version }) => `${file} is ${version}, not ${wish.text}`).join("; ");
}
