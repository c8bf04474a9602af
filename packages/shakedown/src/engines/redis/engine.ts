import * as v from "valibot";
import { chooseProvider, type Rung } from "../../providers/ladder.ts";
import { findRedis, type RedisProgram } from "../../providers/redis-programs.ts";
import type { Problem, ServicePlan } from "../../stack/plan.ts";
import type { Engine, RunningService, StartContext } from "../engine.ts";
import { optionProblems } from "../option-problems.ts";
import { externalNote, lookAtExternal } from "./external.ts";
import { startNative } from "./native.ts";
import { optionsSchema, type RedisPlan } from "./options.ts";

type Start = () => Promise<Omit<RunningService, "provider">>;

const engine: Engine = {
  name: "redis",

  validate: async (service) => [
    ...optionProblems(service, optionsSchema),
    ...perProblems(service),
    ...externalProblems(service),
  ],

  async start(context) {
    const plan = v.parse(optionsSchema, context.service.options);
    const { found, choice } = await chooseProvider<Start>(
      context.service.name,
      [externalRung(context, plan), nativeRung(context, plan), containerRung],
      'Install one for yourself: shakedown install redis (or name a server: redis({ url: "redis://…" }))',
    );
    return {
      provider: choice,
      ...(await found()),
      ...(choice.kind === "external" ? { note: externalNote } : {}),
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
  return ["version", "settings"].flatMap((option) =>
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

function externalRung(context: StartContext, { url }: RedisPlan): Rung<Start> {
  return {
    kind: "external",
    async look() {
      if (url === undefined) return { passedOver: "no url given" };
      // A named server that cannot be used is an error: another one in its place would be a surprise.
      const server = await lookAtExternal(url);
      return {
        found: () => server.start(context),
        version: `redis ${server.version}`,
        reason: `the stack names ${server.shown}`,
      };
    },
  };
}

function nativeRung(context: StartContext, plan: RedisPlan): Rung<Start> {
  return {
    kind: "native",
    async look() {
      const { environment, folders } = context;
      const programs = await findRedis({ environment, cacheFolder: folders.cache });
      const program = programs.find(({ version }) => isWanted(version, plan.version));
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
            : otherVersions(programs, plan.version),
      };
    },
  };
}

const containerRung: Rung<Start> = {
  kind: "container",
  look: () => Promise.resolve({ passedOver: "containers are not supported yet" }),
};

function isWanted(version: string, wanted: string | undefined): boolean {
  return wanted === undefined || version === wanted || version.startsWith(`${wanted}.`);
}

function otherVersions(programs: readonly RedisProgram[], wanted: string | undefined): string {
  return programs.map(({ file, version }) => `${file} is ${version}, not ${wanted}`).join("; ");
}
