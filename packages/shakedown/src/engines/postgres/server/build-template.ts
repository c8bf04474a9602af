import { resolve } from "node:path";
import type { StartContext } from "../../engine.ts";
import { openPgClient, type PgClient, quoteName, quoteText } from "../driver.ts";
import { installTemplate } from "../isolate/baseline.ts";
import { migrationFiles } from "../../migration-files.ts";
import { runMigrateCommand, runMigrateFunction } from "../../migrate-program.ts";
import { runSqlFile } from "../migrate/run-sql-file.ts";
import { type ParsedOptions, seedPaths } from "../options.ts";
import { seedTable } from "../seed/seed-table.ts";
import { seedFiles } from "../../seed-files.ts";
import { cloneDatabase, evict } from "./databases.ts";

export interface TemplateOptions {
  readonly context: StartContext;
  readonly options: ParsedOptions;
  readonly template: string;
  /** Connected to another database of the server, as a superuser where we have one. */
  readonly control: PgClient;
  readonly controlUrl: (database: string) => string;
  /** As the application connects. */
  readonly userUrl: (database: string) => string;
  /** Whether what a reset in place needs is put into the template. */
  readonly canUndo: boolean;
  readonly fileCopy: boolean;
}

/** Makes the database that all slots are copied from. Gives a line for people: "migrated 12 files in 340 ms". */
export async function buildTemplate(options: TemplateOptions): Promise<string | undefined> {
  const { control, template, context } = options;
  const startedMs = performance.now();
  // A copy of files equals its source, and what is equal stands once in a pack.
  await cloneDatabase(control, {
    template: "template1",
    database: template,
    owner: options.options.user,
    fileCopy: options.fileCopy,
  });
  const onTemplate = await openPgClient(options.controlUrl(template), {
    applicationName: "shakedown",
  });
  let what: string | undefined;
  try {
    for (const extension of options.options.extensions) {
      await onTemplate.query(`create extension if not exists ${quoteName(extension)} cascade`);
    }
    what = [await migrate(options), await seed(options)]
      .filter((part) => part !== undefined)
      .join(", seeded ");
    if (options.canUndo) await installTemplate(onTemplate);
    await onTemplate.query("vacuum analyze");
  } finally {
    await onTemplate.end();
  }
  await control.query(
    `alter database ${quoteName(template)} with is_template true allow_connections false`,
  );
  // A migrating program may still be closing its pool.
  await evict(control, template);
  context.signal.throwIfAborted();
  return what === "" ? undefined : `${what} in ${Math.round(performance.now() - startedMs)} ms`;
}

/** What `user` is to applications: a role that owns its databases. */
export function createUserStatement({ user, superuser }: ParsedOptions, verifier: string): string {
  const rights = superuser ? "superuser" : "nosuperuser createdb";
  return `create role ${quoteName(user)} with login ${rights} password ${quoteText(verifier)}`;
}

async function migrate({
  context,
  options,
  template,
  userUrl,
}: TemplateOptions): Promise<string | undefined> {
  const { migrate: how } = options;
  if (how === undefined) return undefined;
  if (typeof how !== "string") {
    context.progress("migrating");
    const url = userUrl(template);
    const program = { context, url, variables: connectionVariables(url) };
    if ("command" in how) {
      await runMigrateCommand(how.command, program);
      return `migrated by ${how.command.join(" ")}`;
    }
    await runMigrateFunction(how, program);
    return "migrated by function";
  }
  const { root } = context.stack;
  const files = await migrationFiles(resolve(root, how));
  const client = await openPgClient(userUrl(template), { applicationName: "shakedown migrate" });
  try {
    for (const [index, file] of files.entries()) {
      context.signal.throwIfAborted();
      context.progress(`migrating ${index + 1} of ${files.length}`);
      await runSqlFile(client, file, root);
    }
  } finally {
    await client.end();
  }
  return `migrated ${countOf(files.length)}`;
}

async function seed({
  context,
  options,
  template,
  userUrl,
}: TemplateOptions): Promise<string | undefined> {
  const { root } = context.stack;
  const files = (
    await Promise.all(seedPaths(options).map((path) => seedFiles(resolve(root, path))))
  ).flat();
  if (files.length === 0) return undefined;
  const client = await openPgClient(userUrl(template), { applicationName: "shakedown seed" });
  try {
    for (const [index, file] of files.entries()) {
      context.signal.throwIfAborted();
      context.progress(`seeding ${index + 1} of ${files.length}`);
      await (file.endsWith(".sql")
        ? runSqlFile(client, file, root)
        : seedTable(client, file, root));
    }
  } finally {
    await client.end();
  }
  return countOf(files.length);
}

function countOf(files: number): string {
  return files === 1 ? "1 file" : `${files} files`;
}

/** As psql and every library above libpq read them. */
function connectionVariables(url: string): Record<string, string> {
  const { username, password, hostname, port, pathname } = new URL(url);
  return {
    PGHOST: hostname,
    PGPORT: port,
    PGUSER: decodeURIComponent(username),
    PGPASSWORD: decodeURIComponent(password),
    PGDATABASE: decodeURIComponent(pathname.slice(1)),
  };
}
