import { chooseProvider, startChosen } from "../../providers/ladder.ts";
import { mysqlFiles } from "../../providers/mysql-programs.ts";
import { placeParts } from "../../providers/place-parts.ts";
import { policyOf } from "../../providers/provider-policy.ts";
import { anyVersion, parseVersionWish } from "../../providers/version-wish.ts";
import { wantsProgram } from "../../providers/wants-program.ts";
import type { Engine } from "../engine.ts";
import { dataParts } from "../data-parts.ts";
import { clientCommand } from "./client-command.ts";
import { loadMysql } from "./driver.ts";
import { parseOptions } from "./options.ts";
import { rungs, urlOf } from "./rungs.ts";
import { imageOf } from "./start-container.ts";
import { validateOptions } from "./validate-options.ts";

const engine: Engine = {
  name: "mysql",
  warm: loadMysql,
  validate: validateOptions,
  async reuseParts(service, stack, environment) {
    const options = parseOptions(service.options);
    return [
      ...(await dataParts(options, stack)),
      ...(await placeParts(
        { service, stack, environment },
        {
          option: options.provider,
          given: urlOf({ environment }, options),
          image: imageOf(options),
          isPicky: options.image !== undefined || options.version !== undefined,
          native: () => mysqlFiles(environment),
        },
      )),
    ];
  },
  usualVariables: { DATABASE_URL: "url" },
  clientCommand,
  installable(context) {
    const options = parseOptions(context.service.options);
    const wish = { option: options.provider, given: urlOf(context, options) };
    return options.flavour === "mariadb" && wantsProgram(context, wish) ? "mariadb" : undefined;
  },
  async start(context) {
    const { service } = context;
    const options = parseOptions(service.options);
    const isMariadb = options.flavour === "mariadb";
    const chosen = await chooseProvider(
      `${service.name}: a ${isMariadb ? "MariaDB" : "MySQL"} server`,
      rungs(context, options),
      {
        service: service.name,
        hint: isMariadb
          ? 'Get one for yourself: shakedown install mariadb (or name a server: mariadb({ url: "mysql://…" }))'
          : 'Install MySQL, name a server (mysql({ url: "mysql://…" })), or take mariadb() and shakedown install mariadb',
        policy: policyOf(context, { option: options.provider, hasUrl: options.url !== undefined }),
        wish: parseVersionWish(options.version) ?? anyVersion,
        onOtherVersion: options.onOtherVersion,
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
