import { ShakedownError } from "../../errors/shakedown-error.ts";
import { checkVersion } from "../../providers/check-version.ts";
import type { ContainerSource } from "../../providers/container/container-rung.ts";
import { atBestPlace, type ServerPlace } from "../../providers/container/server-place.ts";
import { untilItAnswers } from "../../providers/container/until-it-answers.ts";
import { randomPassword } from "../../providers/random-password.ts";
import type { RunningService, StartContext } from "../engine.ts";
import { openPgClient, type PgClient } from "./driver.ts";
import { type ParsedOptions, resetOptions, settingTexts } from "./options.ts";
import { parsePostgresWish, workable } from "./provider/version.ts";
import { buildTemplate, createUserStatement } from "./server/build-template.ts";
import { localeArguments } from "./server/initdb.ts";
import { routeLog } from "./server/route-log.ts";
import { scramVerifier } from "./server/scram.ts";
import { serverSettings } from "./server/settings.ts";
import { controlUser, isNotYet, postgresUrl } from "./server/start-server.ts";
import { startOnServer } from "./start-on-server.ts";

/** "postgres:17-alpine": the official one of the version that is asked for. */
export function imageOf({
  image,
  version,
}: Partial<Pick<ParsedOptions, "image" | "version">>): string {
  return image ?? `postgres:${/\d+(?:\.\d+)?/.exec(version ?? "18")?.[0]}-alpine`;
}

const template = "shakedown_template";
/** Beside the image's own place for data, which differs from version to version. */
const data = "/var/lib/shakedown";

/** A server of our own in a container. Its data lies in memory and is made with each start. */
export async function startContainer(
  context: StartContext,
  options: ParsedOptions,
  source: ContainerSource,
): Promise<Omit<RunningService, "provider">> {
  return atBestPlace(source.engine, 5432, (place) => startAt(place, { context, options, source }));
}

interface Wanted {
  readonly context: StartContext;
  readonly options: ParsedOptions;
  readonly source: ContainerSource;
}

async function startAt(
  place: ServerPlace,
  { context, options, source }: Wanted,
): Promise<Omit<RunningService, "provider">> {
  const { service, progress, signal } = context;
  const log = routeLog(context.log);
  const controlPassword = randomPassword();
  const userPassword = randomPassword();
  const container = await source.run({
    title: service.name,
    context,
    log: {
      ...context.log,
      write: (stream, line) =>
        stream === "shakedown" ? context.log.write(stream, line) : log.onLine(line),
    },
    progress,
    signal,
    env: {
      POSTGRES_USER: controlUser,
      POSTGRES_PASSWORD: controlPassword,
      POSTGRES_DB: "postgres",
      POSTGRES_INITDB_ARGS: initdbArguments(options).join(" "),
      PGDATA: `${data}/data`,
    },
    command: [
      "postgres",
      ...settingArguments(options),
      "-c",
      `port=${place.port}`,
      "-c",
      `listen_addresses=${place.bind}`,
    ],
    network: place.network,
    ports: { postgres: place.port },
    tmpfs: { [data]: "rw,mode=1777" },
  });
  try {
    const { host } = container;
    const port = container.ports["postgres"] ?? 0;
    const urlOf = (user: string, password: string) => (database: string) =>
      postgresUrl({ user, password, host, port, database });
    const controlUrl = urlOf(controlUser, controlPassword);
    const userUrl = urlOf(options.user, userPassword);
    const control = await untilItAnswers({
      container,
      signal,
      isNotYet,
      async ask() {
        const client = await openPgClient(controlUrl("postgres"), { applicationName: "shakedown" });
        await client.query("select 1");
        return client;
      },
    });
    const warning = await look(control, context, { options, image: source.image });
    await control.query(createUserStatement(options, scramVerifier(userPassword)));
    const canUndo = resetOptions(options, service.per).way === "undo";
    const built = await buildTemplate({
      context,
      options,
      template,
      control,
      controlUrl,
      userUrl,
      canUndo,
      fileCopy: true,
    });
    return await startOnServer(context, options, {
      control,
      template,
      controlUrl,
      userUrl,
      userPassword,
      host,
      port,
      log,
      note: [built ?? "empty template", ...(warning === undefined ? [] : [warning])].join("; "),
      died: container.died,
      async stop() {
        // Its databases go with it.
        await Promise.all([container.stop(), control.end().catch(() => undefined)]);
      },
    });
  } catch (error) {
    await container.stop();
    throw error;
  }
}

function initdbArguments({ image, locale, version }: ParsedOptions): readonly string[] {
  // What is in an image of the user's own shows when it runs: every version knows the words of this one.
  const major = image === undefined ? Number(/\d+/.exec(imageOf({ version }))?.[0]) : 15;
  return ["--encoding=UTF8", "--no-sync", "--wal-segsize=1", ...localeArguments(locale, major)];
}

function settingArguments(options: ParsedOptions): readonly string[] {
  const settings = serverSettings({ profile: options.profile, settings: settingTexts(options) });
  const told = { ...settings, log_line_prefix: "%m [%p] [%d] " };
  return Object.entries(told).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

/** An image tells what it has only when it runs. */
async function look(
  control: PgClient,
  { service }: StartContext,
  { options, image }: { readonly options: ParsedOptions; readonly image: string },
): Promise<string | undefined> {
  const { rows } = await control.query<{ number: number; missing: string | null }>(
    `select current_setting('server_version_num')::int as number,
            (select string_agg(w, ', ') from unnest($1::text[]) w where w not in (select name from pg_available_extensions)) as missing`,
    [options.extensions],
  );
  const { number = 0, missing = null } = rows[0] ?? {};
  if (missing !== null) {
    throw new ShakedownError(
      "PROVIDER_NONE",
      `${service.name}: the image ${image} has no extension ${missing}`,
      { hint: 'Name one that has it: image: "pgvector/pgvector:pg17"' },
    );
  }
  const checked = {
    service: service.name,
    what: `the server of the image ${image}`,
    version: `${Math.floor(number / 10_000)}.${number % 10_000}`,
  };
  checkVersion({ ...checked, wish: workable, onOtherVersion: "refuse" });
  const wish = parsePostgresWish(options.version) ?? workable;
  return checkVersion({ ...checked, wish, onOtherVersion: options.onOtherVersion });
}
