import { resolve } from "node:path";
import type { StartContext } from "../engine.ts";
import { runMigrateCommand, runMigrateFunction } from "../migrate-program.ts";
import { migrationFiles } from "../migration-files.ts";
import { seedFiles } from "../seed-files.ts";
import { type MysqlClient, openMysql, quoteName } from "./driver.ts";
import { runSqlFile } from "./migrate/run-sql-file.ts";
import { seedTable } from "./migrate/seed-table.ts";
import { type ParsedOptions, seedPaths } from "./options.ts";

export interface TemplateOptions {
  readonly context: StartContext;
  readonly options: ParsedOptions;
  readonly connect: {
    readonly control: MysqlClient;
    /** As the application connects. */
    readonly userUrl: (database: string) => string;
  };
  /** @default "shakedown_template" */
  readonly template?: string;
}

export const templateName = "shakedown_template";

/** Makes the database that all slots are copied from. Gives a line for people: "migrated 12 files in 340 ms". */
export async function buildTemplate({
  context,
  options,
  connect,
  template = templateName,
}: TemplateOptions): Promise<string | undefined> {
  const startedMs = performance.now();
  await connect.control.query(`create database ${quoteName(template)}`);
  const url = connect.userUrl(template);
  const build = { context, options, url };
  const what = [await migrate(build), await seed(build)].filter((part) => part !== undefined);
  context.signal.throwIfAborted();
  if (what.length === 0) return undefined;
  return `${what.join(", seeded ")} in ${Math.round(performance.now() - startedMs)} ms`;
}

interface Build {
  readonly context: StartContext;
  readonly options: ParsedOptions;
  readonly url: string;
}

async function migrate({ context, options, url }: Build): Promise<string | undefined> {
  const { migrate: how } = options;
  if (how === undefined) return undefined;
  if (typeof how !== "string") {
    context.progress("migrating");
    const program = { context, url, variables: connectionVariables(url) };
    if ("command" in how) {
      await runMigrateCommand(how.command, program);
      return `migrated by ${how.command.join(" ")}`;
    }
    await runMigrateFunction(how, program);
    return "migrated by function";
  }
  const files = await migrationFiles(resolve(context.stack.root, how));
  await eachFile(files, { context, options, url }, "migrating", runSqlFile);
  return `migrated ${countOf(files.length)}`;
}

async function seed(build: Build): Promise<string | undefined> {
  const { root } = build.context.stack;
  const paths = seedPaths(build.options).map((path) => seedFiles(resolve(root, path)));
  const files = (await Promise.all(paths)).flat();
  if (files.length === 0) return undefined;
  await eachFile(files, build, "seeding", (client, file) =>
    file.endsWith(".sql") ? runSqlFile(client, file, root) : seedTable(client, file, root),
  );
  return countOf(files.length);
}

/** Each file has a session of its own: what one sets does not reach the next. */
async function eachFile(
  files: readonly string[],
  { context, url }: Build,
  title: string,
  run: (client: MysqlClient, file: string, root: string) => Promise<void>,
): Promise<void> {
  for (const [index, file] of files.entries()) {
    context.signal.throwIfAborted();
    context.progress(`${title} ${index + 1} of ${files.length}`);
    const client = await openMysql(url);
    try {
      await run(client, file, context.stack.root);
    } finally {
      await client.end();
    }
  }
}

function countOf(files: number): string {
  return files === 1 ? "1 file" : `${files} files`;
}

/** As the clients of both servers read them. */
function connectionVariables(url: string): Record<string, string> {
  const { username, password, hostname, port, pathname } = new URL(url);
  return {
    MYSQL_HOST: hostname,
    MYSQL_TCP_PORT: port,
    MYSQL_USER: decodeURIComponent(username),
    MYSQL_PWD: decodeURIComponent(password),
    MYSQL_DATABASE: decodeURIComponent(pathname.slice(1)),
  };
}
