import { randomBytes } from "node:crypto";
import { lchown, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { folderBytes } from "../../../providers/folder-bytes.ts";
import { mostBytesOfOne, openPackStore, type PackStore } from "../../../providers/pack-store.ts";
import type { StartContext } from "../../engine.ts";
import { buildTemplate } from "../build-template.ts";
import type { ParsedOptions } from "../options.ts";
import { baseKey, migratedKey } from "./cache-key.ts";
import type { MysqlInstallation } from "./installation.ts";
import { makeData } from "./make-data.ts";
import { type PackFacts, packLayout } from "./pack-layout.ts";
import { type MysqlServer, startServer } from "./start-server.ts";

export interface OpenServerOptions {
  readonly context: StartContext;
  readonly options: ParsedOptions;
  readonly installation: MysqlInstallation;
}

export interface OpenServer {
  readonly server: MysqlServer;
  readonly note: string;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

/**
 * A running server with a migrated template.
 *
 *   pack of the migrated folder ──► write files ──► start                                        (the usual way)
 *   else: pack of a fresh folder, or an install ──► start ──► migrate, seed ──► shut down ──► pack ──► start
 */
export async function openServer(open: OpenServerOptions): Promise<OpenServer> {
  const { context, options, installation } = open;
  const store = openPackStore(context.folders.cache, packLayout);
  // A new name each time: what an orphan still writes to its folder must not reach the next one's.
  const data = join(context.folders.data, `my-${randomBytes(4).toString("hex")}`);
  const run: Run = { ...open, data, store };
  const key = await migratedKey(installation, options, context.stack);
  const remove = (): Promise<void> => rm(data, { recursive: true, force: true });
  try {
    const { server, note } = await openFrom(run, key);
    return {
      server,
      note,
      async stop() {
        await server.end();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

type Run = OpenServerOptions & { readonly data: string; readonly store: PackStore<PackFacts> };

async function openFrom(
  run: Run,
  key: string | undefined,
): Promise<{ readonly server: MysqlServer; readonly note: string }> {
  if (key !== undefined && (await unpack(run, key)))
    return { server: await start(run), note: "data folder from cache" };
  await freshFolder(run);
  const first = await start(run);
  let note: string;
  try {
    note = (await buildTemplate({ ...run, connect: first })) ?? "fresh data folder";
  } catch (error) {
    await first.end();
    throw error;
  }
  if (key === undefined) return { server: first, note: `${note}; not kept: name its \`inputs\`` };
  await first.shutDown();
  const failure = await keep(run, key, { built: note });
  const server = await start(run);
  return { server, note: failure === undefined ? note : `${note}; not kept: ${failure}` };
}

function start({ context, installation, data, options }: Run): Promise<MysqlServer> {
  const { settings, user } = options;
  return startServer({ context, installation, data, settings, user });
}

/** The result of an install depends on the programs alone: it is kept, so that a changed migration does not cost it again. */
async function freshFolder(run: Run): Promise<void> {
  const { context, installation, data, store } = run;
  const key = baseKey(installation);
  if (await unpack(run, key)) return;
  context.progress("making a data folder");
  await makeData({ context, installation, data });
  await store.save(key, data, {}); // every failure to keep it is one more install next time
}

async function unpack({ data, store, installation }: Run, key: string): Promise<boolean> {
  using pack = await store.load(key);
  if (pack === undefined) return false;
  pack.writeFirst(data);
  await ownTree(data, installation.runAs.uid);
  return true;
}

/** Says why nothing was kept, if so. */
async function keep(
  { data, store }: Run,
  key: string,
  facts: PackFacts,
): Promise<string | undefined> {
  const size = await folderBytes(data);
  if (size > mostBytesOfOne) return `${Math.round(size / 1024 ** 2)} MB are too much for the cache`;
  return store.save(key, data, facts);
}

async function ownTree(folder: string, uid: number | undefined): Promise<void> {
  if (uid === undefined) return;
  await lchown(folder, uid, uid);
  for (const entry of await readdir(folder, { recursive: true }))
    await lchown(join(folder, entry), uid, uid);
}
