import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { DataPack } from "../../../providers/data-pack.ts";
import { folderBytes } from "../../../providers/folder-bytes.ts";
import { mostBytesOfOne, openPackStore, type PackStore } from "../../../providers/pack-store.ts";
import { randomPassword } from "../../../providers/random-password.ts";
import type { StartContext } from "../../engine.ts";
import type { ParsedOptions } from "../options.ts";
import type { Installation } from "../provider/installation.ts";
import { buildTemplate } from "./build-template.ts";
import { baseKey, migratedKey } from "./cache-key.ts";
import { initdb, ownTree } from "./initdb.ts";
import { type PackFacts, packLayout } from "./pack-layout.ts";
import { type SecureServer, startSecureServer } from "./secure-server.ts";

export interface OpenServerOptions {
  readonly context: StartContext;
  readonly options: ParsedOptions;
  readonly installation: Installation;
  readonly canUndo: boolean;
  readonly onLine: (line: string) => void;
}

export interface OpenServer extends SecureServer {
  readonly template: string;
  readonly note: string;
}

const template = "shakedown_template";

/**
 * A running server with a migrated template.
 *
 *   pack of the migrated folder ──► write files ──► start                                        (the usual way)
 *   else: pack of a fresh folder, or initdb ──► start ──► migrate, seed ──► stop ──► pack ──► start
 */
export async function openServer(open: OpenServerOptions): Promise<OpenServer> {
  const { context } = open;
  const store = openPackStore(context.folders.cache, packLayout);
  // A new name each time: an orphan whose folder was replaced would unlink the new server's socket.
  const data = join(context.folders.data, `pg-${randomBytes(4).toString("hex")}`);
  const key = await migratedKey({ ...open, stack: context.stack });
  using pack = key === undefined ? undefined : await store.load(key);
  try {
    const opened =
      pack === undefined
        ? await build({ ...open, data }, store, key)
        : await startFromPack({ ...open, data }, pack);
    return { ...opened, template };
  } catch (error) {
    await rm(data, { recursive: true, force: true });
    throw error;
  }
}

type Run = OpenServerOptions & { readonly data: string };
type Noted = SecureServer & { readonly note: string };

async function startFromPack(run: Run, pack: DataPack<PackFacts>): Promise<Noted> {
  const { data, installation } = run;
  const { uid } = installation.runAs;
  pack.writeFirst(data);
  if (uid !== undefined) {
    pack.writeRest(data);
    await ownTree(data, uid);
  }
  const started = await startSecureServer({
    ...run,
    knownPassword: pack.facts.controlPassword,
    hasUser: true,
    ...(uid === undefined ? { meanwhile: () => pack.writeRest(data) } : {}),
  });
  return { ...started, note: "data folder from cache" };
}

async function build(
  run: Run,
  store: PackStore<PackFacts>,
  key: string | undefined,
): Promise<Noted> {
  const { controlPassword } = await freshFolder(run, store);
  const first = await startSecureServer({ ...run, knownPassword: controlPassword, hasUser: false });
  let note: string;
  try {
    note = (await createTemplate(run, first)) ?? "fresh data folder";
  } catch (error) {
    await first.stop();
    throw error;
  }
  if (key === undefined) return { ...first, note: `${note}; not kept: name its \`inputs\`` };
  const facts = await stopCleanly(first, note);
  const failure = await keepMigrated(run, store, { key, facts });
  const again = await startSecureServer({
    ...run,
    knownPassword: first.controlPassword,
    hasUser: true,
  });
  return { ...again, note: failure === undefined ? note : `${note}; not kept: ${failure}` };
}

/** Initdb's result depends on few things: it is kept on its own, so that a changed migration does not cost it again. */
async function freshFolder(run: Run, store: PackStore<PackFacts>): Promise<PackFacts> {
  const { context, options, installation, data } = run;
  const key = baseKey(installation, options);
  using known = await store.load(key);
  if (known !== undefined) {
    known.writeFirst(data);
    known.writeRest(data);
    await ownTree(data, installation.runAs.uid);
    return known.facts;
  }
  context.progress("initdb");
  const facts = { controlPassword: randomPassword(), databases: {} };
  const { locale } = options;
  await initdb({ context, installation, data, locale, controlPassword: facts.controlPassword });
  // Every failure to keep it is one more initdb next time, and is told for the migrated folder.
  await store.save(key, data, facts);
  return facts;
}

function createTemplate(run: Run, started: SecureServer): Promise<string | undefined> {
  const fileCopy = run.installation.version.major >= 15;
  return buildTemplate({ ...started, ...run, template, fileCopy });
}

/** Ends the server once it has written everything, but keeps its folder. Gives what a later start has to know. */
async function stopCleanly(started: SecureServer, built: string): Promise<PackFacts> {
  const { server, control, controlPassword } = started;
  const { rows } = await control.query<{ name: string; path: string }>(
    "select datname as name, 'base/' || oid as path from pg_database",
  );
  await control.query("checkpoint");
  await control.end();
  await server.process.stop();
  const databases = Object.fromEntries(rows.map(({ name, path }) => [name, path]));
  return { controlPassword, databases, built };
}

interface Kept {
  readonly key: string;
  readonly facts: PackFacts;
}

/** Says why nothing was kept, if so. */
async function keepMigrated(
  { data }: Run,
  store: PackStore<PackFacts>,
  { key, facts }: Kept,
): Promise<string | undefined> {
  const size = await folderBytes(data);
  if (size > mostBytesOfOne) return `${Math.round(size / 1024 ** 2)} MB are too much for the cache`;
  return store.save(key, data, facts);
}
