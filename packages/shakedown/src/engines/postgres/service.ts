import { ownModule } from "../../kit/own-module.ts";
import type { EndOptions } from "../../stack/end-options.ts";
import { callback, derived } from "../../stack/option-functions.ts";
import type { OnOtherVersion, ProviderOption } from "../../providers/provider-words.ts";
import type { References, Service } from "../../stack/service.ts";
import type { PostgresHandle } from "./handle.ts";
import type { ResetOptions, ResetWay } from "./options.ts";
import type { MigrateCommand } from "./presets.ts";

export interface PostgresOptions extends EndOptions {
  /** "18", "17.2", ">=16". @default the first that is found, from 15 on */
  readonly version?: string;
  /** Made in the database before it is migrated. A server without one of them is passed over. */
  readonly extensions?: readonly string[];
  /** "C.UTF-8", "en_US.UTF-8", "icu:de-DE", "builtin:C.UTF-8". @default C.UTF-8, the same on every machine */
  readonly locale?: string;
  /** Server settings. They win over Shakedown's own, except over where the server listens. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
  /** `realistic` leaves autovacuum and JIT on. @default "fast" */
  readonly profile?: "fast" | "realistic";
  /**
   * How the schema comes about: a folder of SQL files, one file, a command, or a function, which is called in a process of
   * its own. Run once; the result is kept until one of its files changes.
   */
  readonly migrate?:
    | string
    | MigrateCommand
    | ((database: { readonly url: string }) => Promise<unknown> | unknown);
  /** SQL files, or CSV and JSON files named like the table they fill. */
  readonly seed?: string | readonly string[];
  /** More files and folders that shape the data: what a migrating function or command reads. */
  readonly inputs?: readonly string[];
  /** Names of databases. @default "<service>_test_{slot}" */
  readonly name?: string;
  /** The role that owns the databases and that applications use. @default "shakedown" */
  readonly user?: string;
  /** Whether that role is a superuser. @default true */
  readonly superuser?: boolean;
  /** How a test's writes are taken back. @default "undo"; "none" when `per` is "run" */
  readonly reset?: ResetWay | Partial<ResetOptions>;
  /** A server that runs already; its database has to be for tests. Undefined and empty mean: start one. */
  readonly url?: string | undefined | ((references: References) => string);
  /** Says that the database of `url` is for tests although its name does not. @default false */
  readonly urlIsForTests?: boolean;
  /** A server that may run on this machine; where it does not answer, the next provider is taken. Its database has to be named like one for tests. */
  readonly local?: string;
  /**
   * The only provider (`"native"`), or wishes: `{ prefer: "container" }`, `{ require: ["native", "embedded"] }`,
   * `{ forbid: "container" }`. @default the first that works of: url, local, native, embedded, container
   */
  readonly provider?: ProviderOption;
  /** What becomes of a server whose version is not `version`. @default "refuse" */
  readonly onOtherVersion?: OnOtherVersion;
  /** For the provider `container`. @default "postgres:<major>-alpine", 18 where no version is asked for */
  readonly image?: string;
  /** @default "slot" */
  readonly per?: "run" | "slot" | "test";
  readonly after?: readonly string[];
}

/**
 * A PostgreSQL server of the run's own, with a migrated and seeded database for each slot.
 *
 * Each test finds the database as it was when its slot was made, sequences included, whoever wrote to it.
 */
export function postgres(options: PostgresOptions = {}): Service<PostgresHandle> {
  const { per = "slot", after = [], migrate, url, ...rest } = options;
  return {
    kind: "shakedown.service",
    engine: {
      name: "postgres",
      module: ownModule("engines/postgres/engine"),
      outputs: ["url", "host", "port", "user", "password", "database"],
    },
    per,
    after,
    options: {
      ...rest,
      ...(migrate === undefined ? {} : { migrate: callback(migrate) }),
      ...(url === undefined || url === "" ? {} : { url: derived(url) }),
    },
    openClient: async (lease, context) => (await import("./client.ts")).openClient(lease, context),
  };
}
