import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { ShakedownError } from "../../../errors/shakedown-error.ts";
import type { StartContext } from "../../engine.ts";
import { type PgClient, quoteName, quoteText } from "../driver.ts";
import { type ParsedOptions, settingTexts } from "../options.ts";
import type { Installation } from "../provider/installation.ts";
import { buildTemplate, createUserStatement } from "./build-template.ts";
import { baseKey, migratedKey } from "./cache-key.ts";
import { folderBytes } from "./folder-bytes.ts";
import { type PackFacts, packData } from "./data-pack.ts";
import { initdb, ownTree } from "./initdb.ts";
import { mostBytesOfOne, openPackStore } from "./pack-store.ts";
import { randomPassword, scramVerifier } from "./scram.ts";
import { promisedSettings, serverSettings, type Settings } from "./settings.ts";
import { controlUser, postgresUrl, type Server, startServer } from "./start-server.ts";

export interface OpenServerOptions {
  readonly context: StartContext;
  readonly options: ParsedOptions;
  readonly installation: Installation;
  readonly canUndo: boolean;
  readonly onLine: (line: string) => void;
}

export interface OpenServer {
  readonly server: Server;
  /** Connected to the database `postgres`. */
  readonly control: PgClient;
  readonly template: string;
  readonly controlUrl: (database: string) => string;
  readonly userPassword: string;
  readonly userUrl: (database: string) => string;
  readonly note: string;
  /** Ends the server and removes its data. */
  stop(): Promise<void>;
}

const template = "shakedown_template";

/**
 * A running server with a migrated template.
 *
 *   pack of the migrated folder ──► write files ──► start                                        (the usual way)
 *   else: pack of a fresh folder, or initdb ──► start ──► migrate, seed ──► stop ──► pack ──► start
 */
export async function openServer(open: OpenServerOptions): Promise<OpenServer> {
  const { context, options, installation } = open;
  const settings = serverSettings({ profile: options.profile, settings: settingTexts(options) });
  const store = openPackStore(context.folders.cache);
  // A new name each time: an orphan whose folder was replaced would unlink the new server's socket.
  const data = join(context.folders.data, `pg-${randomBytes(4).toString("hex")}`);
  const { key, pack } = await migratedKey(installation, options, context.stack).then(
    async (known) => ({
      key: known,
      pack: known === undefined ? undefined : await store.load(known),
    }),
  );
  const run = { open, data, settings };
  try {
    if (pack !== undefined) {
      pack.writeFirst(data);
      const meanwhile =
        installation.runAs.uid === undefined ? (): void => pack.writeRest(data) : undefined;
      if (meanwhile === undefined) pack.writeRest(data);
      await ownTree(data, installation.runAs.uid);
      const started = await start(run, pack.facts.controlPassword, meanwhile);
      return { ...started, note: "data folder from cache" };
    }
    const facts = await freshFolder(run, store);
    const first = await start(run, facts.controlPassword, undefined);
    const built = await createTemplate(open, first);
    const note = built ?? "fresh data folder";
    if (key === undefined) return { ...first, note: `${note}; not kept, since it names no inputs` };
    const bytes = await stopAndPack(run, first, note);
    if (typeof bytes === "string") {
      return {
        ...(await start(run, first.controlPassword, undefined)),
        note: `${note}; not kept: ${bytes}`,
      };
    }
    const saved = store.save(key, bytes);
    const again = await start(run, first.controlPassword, undefined);
    const failure = await saved;
    return { ...again, note: failure === undefined ? note : `${note}; not kept: ${failure}` };
  } catch (error) {
    await rm(data, { recursive: true, force: true });
    throw error;
  }
}

interface Run {
  readonly open: OpenServerOptions;
  readonly data: string;
  readonly settings: Settings;
}

type Started = Omit<OpenServer, "note"> & { readonly controlPassword: string };

/** Initdb's result depends on few things: it is kept on its own, so that a changed migration does not cost it again. */
async function freshFolder(
  { open, data }: Run,
  store: ReturnType<typeof openPackStore>,
): Promise<PackFacts> {
  const { context, options, installation } = open;
  const key = baseKey(installation, options);
  const known = await store.load(key);
  if (known !== undefined) {
    known.writeFirst(data);
    known.writeRest(data);
    await ownTree(data, installation.runAs.uid);
    return known.facts;
  }
  context.progress("initdb");
  const facts = { controlPassword: randomPassword(), databases: {} };
  await initdb({
    context,
    installation,
    data,
    locale: options.locale,
    controlPassword: facts.controlPassword,
  });
  // Every failure to keep it is one more initdb next time, and is told for the migrated folder.
  await store.save(key, packData(data, facts));
  return facts;
}

async function start(
  run: Run,
  knownPassword: string,
  meanwhile: (() => void) | undefined,
): Promise<Started> {
  const { open, data, settings } = run;
  const { context, options, installation } = open;
  const { server, control } = await startServer(
    {
      context,
      installation,
      data,
      settings,
      onLine: open.onLine,
      ...(meanwhile === undefined ? {} : { meanwhile }),
    },
    knownPassword,
  );
  // The password in a pack is only good for its first connection: nobody who has read an old one gets in.
  const controlPassword = randomPassword();
  const userPassword = randomPassword();
  const stop = async (): Promise<void> => {
    await control.end();
    await server.process.stop();
    await rm(data, { recursive: true, force: true });
    if (server.socketFolder !== undefined)
      await rm(server.socketFolder, { recursive: true, force: true });
  };
  try {
    await setUp(control, { options, controlPassword, userPassword, settings });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    server,
    control,
    template,
    controlPassword,
    userPassword,
    controlUrl: (database) => server.controlUrl(database, controlPassword),
    userUrl: (database) =>
      postgresUrl({
        user: options.user,
        password: userPassword,
        host: "127.0.0.1",
        port: server.port,
        database,
      }),
    stop,
  };
}

interface SetUp {
  readonly options: ParsedOptions;
  readonly controlPassword: string;
  readonly userPassword: string;
  readonly settings: Settings;
}

/** New passwords, and a look whether the server really runs with the settings that everything relies on. */
async function setUp(
  control: PgClient,
  { options, controlPassword, userPassword, settings }: SetUp,
): Promise<void> {
  const verifier = scramVerifier(userPassword);
  const user = quoteName(options.user);
  const found = await control.query<{ known: boolean }>(
    "select exists (select from pg_roles where rolname = $1) as known",
    [options.user],
  );
  await control.query(
    [
      `alter role ${controlUser} password ${quoteText(scramVerifier(controlPassword))}`,
      found.rows[0]?.known === true
        ? `alter role ${user} password ${quoteText(verifier)}`
        : createUserStatement(options, verifier),
    ].join("; "),
  );
  const promised = promisedSettings({ ...settings, listen_addresses: "127.0.0.1" });
  const { rows } = await control.query<{ name: string; shown: string }>(
    "select name, current_setting(name) as shown from unnest($1::text[]) as name",
    [Object.keys(promised)],
  );
  const broken = rows.filter(
    ({ name, shown }) => shown !== promised[name] && !isSameSwitch(shown, promised[name]),
  );
  if (broken.length === 0) return;
  const told = broken
    .map(({ name, shown }) => `${name} is ${shown}, not ${promised[name]}`)
    .join("; ");
  throw new ShakedownError(
    "START_FAILED",
    `the server runs with other settings than it was started with: ${told}`,
    {
      hint: "Look for a wrapper or an environment that adds settings to postgres",
    },
  );
}

function isSameSwitch(shown: string, wanted: string | undefined): boolean {
  const on = new Set(["on", "true", "yes", "1"]);
  const off = new Set(["off", "false", "no", "0"]);
  const said = wanted?.toLowerCase() ?? "";
  return (on.has(shown) && on.has(said)) || (off.has(shown) && off.has(said));
}

async function createTemplate(
  { context, options, canUndo }: OpenServerOptions,
  started: Started,
): Promise<string | undefined> {
  try {
    return await buildTemplate({ ...started, context, options, canUndo });
  } catch (error) {
    await started.stop();
    throw error;
  }
}

/** The whole folder in memory, once the server has written everything; or why that cannot be. */
async function stopAndPack(
  { data }: Run,
  { server, control, controlPassword }: Started,
  built: string,
): Promise<Buffer | string> {
  const { rows } = await control.query<{ name: string; path: string }>(
    "select datname as name, 'base/' || oid as path from pg_database",
  );
  await control.query("checkpoint");
  await control.end();
  await server.process.stop();
  const size = await folderBytes(data);
  if (size > mostBytesOfOne) return `${Math.round(size / 1024 ** 2)} MB are too much for the cache`;
  const databases = Object.fromEntries(rows.map(({ name, path }) => [name, path]));
  return packData(data, { controlPassword, databases, built });
}
