import { ShakedownError } from "../../errors/shakedown-error.ts";
import { checkVersion } from "../../providers/check-version.ts";
import type { ContainerSource } from "../../providers/container/container-rung.ts";
import { atBestPlace, type ServerPlace } from "../../providers/container/server-place.ts";
import { untilItAnswers } from "../../providers/container/until-it-answers.ts";
import { parseMysqlVersion } from "../../providers/mysql-programs.ts";
import { randomPassword } from "../../providers/random-password.ts";
import { anyVersion, parseVersionWish } from "../../providers/version-wish.ts";
import type { RunningService, StartContext } from "../engine.ts";
import { buildTemplate, templateName } from "./build-template.ts";
import { type MysqlClient, openMysql, quoteText } from "./driver.ts";
import type { ParsedOptions } from "./options.ts";
import { serverSettings, toArguments } from "./server/settings.ts";
import { isNotYet, mysqlUrl } from "./server/start-server.ts";
import { startOnServer } from "./start-on-server.ts";

/** "mariadb:11": the official one of the version that is asked for. */
export function imageOf({ image, flavour, version }: ParsedOptions): string {
  const wanted = version ?? (flavour === "mariadb" ? "11" : "8.4");
  return image ?? `${flavour}:${/\d+(?:\.\d+)*/.exec(wanted)?.[0]}`;
}

/**
 * Installs make these, without a password; the images' own entry points are not all so careful as to drop them. Run before
 * anybody is let in.
 */
const initStatements = ["127.0.0.1", "::1"]
  .map((host) => `DROP USER IF EXISTS 'root'@'${host}';\n`)
  .join("");
const initFile = "/etc/shakedown-init.sql";

/** A server of our own in a container. Its data lies in memory and is made with each start. */
export async function startContainer(
  context: StartContext,
  options: ParsedOptions,
  source: ContainerSource,
): Promise<Omit<RunningService, "provider">> {
  return atBestPlace(source.engine, 3306, (place) => startAt(place, { context, options, source }));
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
  const { service, log, progress, signal } = context;
  const { flavour } = options;
  const rootPassword = randomPassword();
  const userPassword = randomPassword();
  const container = await source.run({
    title: service.name,
    context,
    log,
    progress,
    signal,
    env: {
      [flavour === "mariadb" ? "MARIADB_ROOT_PASSWORD" : "MYSQL_ROOT_PASSWORD"]: rootPassword,
    },
    command: [
      "--skip-name-resolve",
      "--skip-log-bin",
      ...settingArguments(options),
      `--port=${place.port}`,
      `--bind-address=${place.bind}`,
      `--init-file=${initFile}`,
    ],
    network: place.network,
    ports: { mysql: place.port },
    tmpfs: { "/var/lib/mysql": "rw" },
    files: [{ to: initFile, content: initStatements, readOnly: true }],
  });
  try {
    const { host } = container;
    const port = container.ports["mysql"] ?? 0;
    const urlOf = (user: string, password: string) => (database: string) =>
      mysqlUrl({ user, password, host, port, database });
    const controlUrl = urlOf("root", rootPassword);
    const userUrl = urlOf(options.user, userPassword);
    const control = await untilItAnswers({
      container,
      signal,
      isNotYet,
      async ask() {
        const client = await openMysql(controlUrl("mysql"));
        await client.query("select 1");
        return client;
      },
    });
    const warning = await otherVersion(control, context, { options, image: source.image });
    const user = `${quoteText(options.user)}@'%'`;
    await control.query(`create user ${user} identified by ${quoteText(userPassword)}`);
    await control.query(`grant all privileges on *.* to ${user} with grant option`);
    const built = await buildTemplate({ context, options, connect: { control, userUrl } });
    return await startOnServer(context, options, {
      control,
      controlUrl,
      userUrl,
      template: templateName,
      note: [built ?? "empty template", ...(warning === undefined ? [] : [warning])].join("; "),
      died: container.died,
      async stop() {
        // Its databases go with it.
        await Promise.all([container.stop(), control.end()]);
      },
    });
  } catch (error) {
    await container.stop();
    throw error;
  }
}

/** The image makes the data folder by itself, in its own layout. */
function settingArguments({ flavour, settings }: ParsedOptions): readonly string[] {
  const {
    innodb_data_file_path: _path,
    innodb_log_file_size: _size,
    innodb_redo_log_capacity: _capacity,
    innodb_temp_data_file_path: _temporary,
    ...rest
  } = serverSettings(flavour, settings);
  return toArguments(rest);
}

async function otherVersion(
  control: MysqlClient,
  { service }: StartContext,
  { options, image }: { readonly options: ParsedOptions; readonly image: string },
): Promise<string | undefined> {
  const { rows } = await control.query<{ version: string }>("select version() as version");
  const found = parseMysqlVersion(rows[0]?.version ?? "");
  if (found !== undefined && found.flavour !== options.flavour) {
    throw new ShakedownError(
      "PROVIDER_NONE",
      `${service.name}: the image ${image} is of ${found.flavour}, not of ${options.flavour}`,
      { hint: `Use ${found.flavour}() for it` },
    );
  }
  return checkVersion({
    service: service.name,
    what: `the server of the image ${image}`,
    version: found?.version ?? "",
    wish: parseVersionWish(options.version) ?? anyVersion,
    onOtherVersion: options.onOtherVersion,
  });
}
