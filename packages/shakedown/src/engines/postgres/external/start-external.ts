import { createHash } from "node:crypto";
import { ShakedownError } from "../../../errors/shakedown-error.ts";
import type { Death, RunningService, StartContext } from "../../engine.ts";
import { defaultPattern, fillPattern } from "../../database-name.ts";
import { openPgClient, type PgClient } from "../driver.ts";
import { nameRules } from "../name-rules.ts";
import { type ParsedOptions, resetOptions, type ResetOptions } from "../options.ts";
import { buildTemplate } from "../server/build-template.ts";
import { hasKnownInputs } from "../../hash-files.ts";
import { contentHash } from "../server/cache-key.ts";
import { dropDatabase } from "../server/databases.ts";
import { leaseControl, openSlotDatabases } from "../slot-databases.ts";
import {
  commonDatabase,
  markDatabase,
  sweepLeftovers,
  takeClaim,
  templateMark,
  whileBuilding,
} from "./claim.ts";

type ExternalOptions = ParsedOptions & { readonly url: string };

/**
 * Databases on a server that runs already and that others use too.
 *
 * One connection holds our claims: when it ends, with us or without us, what we left is free to be swept.
 */
export async function startExternal(
  context: StartContext,
  given: ExternalOptions,
): Promise<Omit<RunningService, "provider">> {
  const urlOf = (database: string): string => withDatabase(given.url, database);
  const lock = await connect(context, urlOf(commonDatabase), given.url);
  try {
    return await openOn(lock, { context, given, urlOf });
  } catch (error) {
    await lock.end();
    throw error;
  }
}

interface Opening {
  readonly context: StartContext;
  readonly given: ExternalOptions;
  readonly urlOf: (database: string) => string;
}

async function openOn(
  lock: PgClient,
  { context, given, urlOf }: Opening,
): Promise<Omit<RunningService, "provider">> {
  const { service, stack } = context;
  const rights = await rightsOf(lock);
  if (!rights.mayCreate) {
    throw new ShakedownError(
      "START_FAILED",
      `${service.name}: the user ${rights.user} may not create databases on ${new URL(given.url).host}`,
      {
        hint: `Let it: ALTER ROLE "${rights.user}" CREATEDB; or take url out, and a server is started`,
      },
    );
  }
  const options = { ...given, user: rights.user };
  const { reset, note } = possibleReset(resetOptions(options, service.per), rights);
  const claim = await takeClaim(lock, stack.file, service.name);
  context.progress("sweeping what dead runs left");
  const swept = await whileBuilding(lock, () => sweepLeftovers(lock, claim));
  if (swept.length > 0)
    context.log.write("shakedown", `dropped ${swept.join(", ")}, left by runs that are over`);

  const canUndo = reset.way === "undo";
  const content = createHash("sha256")
    .update(`${await contentHash(options, stack)} ${canUndo} ${rights.user}`)
    .digest("hex")
    .slice(0, 16);
  const isKept = hasKnownInputs(options);
  // One that is not kept is built by every run, so that it is this run's own.
  const template = isKept ? `shakedown_template_${content}` : `shakedown_template_${claim.owner}`;
  const built = await whileBuilding(lock, async () => {
    if (isKept && (await isComplete(lock, template))) {
      await markDatabase(lock, template, templateMark());
      return "template from an earlier run";
    }
    await dropDatabase(lock, template);
    const building = {
      context,
      options,
      template,
      control: lock,
      controlUrl: urlOf,
      userUrl: urlOf,
      canUndo,
      fileCopy: false,
    };
    const told = await buildTemplate(building).catch(async (error: unknown) => {
      await dropDatabase(lock, template);
      throw error;
    });
    await markDatabase(lock, template, isKept ? templateMark() : claim.mark);
    return told ?? "empty template";
  });

  const pattern = options.name ?? defaultPattern(service.name, service.per);
  const slots = openSlotDatabases(lock, {
    template,
    owner: rights.user,
    reset,
    controlUrl: urlOf,
    outputs: (database) => outputsOf(urlOf(database)),
    nameOf: (slot, generation) =>
      fillPattern(pattern, { slot, generation, owner: claim.owner }, nameRules),
    fileCopy: false,
    afterMake: (client, database) => markDatabase(client, database, claim.mark),
    onDatabase: () => undefined,
  });
  let isStopping = false;
  const died = new Promise<Death>((resolve) => {
    lock.on("error", (error) => {
      if (!isStopping)
        resolve({ how: `lost its connection to the server: ${error.message}`, logTail: [] });
    });
  });
  const common = {
    note: [built, ...note].join("; "),
    died,
    async stop() {
      isStopping = true;
      try {
        await slots.settle();
        if (!isKept) await dropDatabase(lock, template);
      } finally {
        await lock.end();
      }
    },
  };
  if (service.per === "run") {
    const { signal } = context;
    const only = await slots.lease({
      slot: 0,
      generation: 0,
      service,
      environment: {},
      progress: context.progress,
      signal,
    });
    await only.seal?.();
    const stop = async (): Promise<void> => {
      await only.release();
      await common.stop();
    };
    return { ...common, outputs: only.outputs, control: only.control, stop };
  }
  return {
    ...common,
    outputs: outputsOf(given.url),
    control: leaseControl(given.url, reset),
    lease: slots.lease,
  };
}

async function connect(context: StartContext, url: string, shown: string): Promise<PgClient> {
  try {
    return await openPgClient(url, {
      applicationName: "shakedown supervisor",
      connectTimeoutMs: 5000,
    });
  } catch (cause) {
    const { host } = new URL(shown);
    throw new ShakedownError(
      "START_FAILED",
      `${context.service.name}: ${host} let nobody in: ${(cause as Error).message}`,
      {
        hint: "Start that server, correct url, or take url out, and a server is started",
        details: { host, database: commonDatabase },
        cause,
      },
    );
  }
}

interface Rights {
  readonly user: string;
  readonly version: string;
  readonly isSuperuser: boolean;
  readonly mayCreate: boolean;
}

async function rightsOf(lock: PgClient): Promise<Rights> {
  const { rows } = await lock.query<Rights>(
    `select rolname as user, rolsuper as "isSuperuser", rolsuper or rolcreatedb as "mayCreate",
            split_part(current_setting('server_version'), ' ', 1) as version
       from pg_roles where rolname = current_user`,
  );
  const found = rows[0];
  if (found === undefined)
    throw new ShakedownError("INTERNAL", "the server does not know who is connected");
  return found;
}

/** Event triggers and the replica role are for superusers: others get what every owner of tables may do. */
function possibleReset(
  reset: ResetOptions,
  { isSuperuser, user }: Rights,
): { reset: ResetOptions; note: readonly string[] } {
  if (isSuperuser || reset.way !== "undo") return { reset, note: [] };
  return {
    reset: { ...reset, way: "delete" },
    note: [`reset by delete, since ${user} is no superuser there`],
  };
}

async function isComplete(lock: PgClient, template: string): Promise<boolean> {
  const { rows } = await lock.query<{ complete: boolean }>(
    "select datistemplate and not datallowconn and shobj_description(oid, 'pg_database') like 'shakedown template %' as complete from pg_database where datname = $1",
    [template],
  );
  return rows[0]?.complete === true;
}

function withDatabase(url: string, database: string): string {
  const parsed = new URL(url);
  parsed.pathname = `/${encodeURIComponent(database)}`;
  return parsed.href;
}

function outputsOf(url: string): Record<string, string> {
  const { hostname, port, username, password, pathname } = new URL(url);
  return {
    url,
    host: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: port === "" ? "5432" : port,
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)),
  };
}
