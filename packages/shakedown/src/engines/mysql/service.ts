import { ownModule } from "../../kit/own-module.ts";
import type { OnOtherVersion, ProviderOption } from "../../providers/provider-words.ts";
import type { Flavour } from "../../providers/mysql-programs.ts";
import type { EndOptions } from "../../stack/end-options.ts";
import { callback, derived } from "../../stack/option-functions.ts";
import type { References, Service } from "../../stack/service.ts";
import type { MysqlHandle } from "./handle.ts";
import type { ResetWay } from "./options.ts";

export interface MysqlOptions extends EndOptions {
  /** "10.11", "8.4", ">=10.6". @default the first that is found */
  readonly version?: string;
  /** What becomes of a server whose version is not `version`. @default "refuse" */
  readonly onOtherVersion?: OnOtherVersion;
  /**
   * The only provider (`"native"`), or wishes: `{ prefer: "container" }`, `{ forbid: "container" }`.
   * @default the first that works of: url, native, container
   */
  readonly provider?: ProviderOption;
  /** For the provider `container`. @default "mariadb:11" and "mysql:8.4" */
  readonly image?: string;
  /** Server settings: `{ sql_mode: "ANSI" }`. They win over Shakedown's own, except over where the server listens. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
  /**
   * How the schema comes about: a folder of SQL files, one file, a command, or a function, which is called in a process of
   * its own. Run once; the result is kept until one of its files changes.
   */
  readonly migrate?:
    | string
    | { readonly command: readonly string[]; readonly inputs?: readonly string[] }
    | ((database: { readonly url: string }) => Promise<unknown> | unknown);
  /** SQL files, or JSON files named like the table they fill. */
  readonly seed?: string | readonly string[];
  /** More files and folders that shape the data: what a migrating function or command reads. */
  readonly inputs?: readonly string[];
  /** Names of databases. @default "<service>_test_{slot}" */
  readonly name?: string;
  /** The user that applications connect as. @default "shakedown" */
  readonly user?: string;
  /** How a test's writes are taken back. @default "delete"; "none" when `per` is "run" */
  readonly reset?: ResetWay;
  /** A server that runs already; its database has to be for tests. Undefined and empty mean: start one. */
  readonly url?: string | undefined | ((references: References) => string);
  /** Says that the database of `url` is for tests although its name does not. @default false */
  readonly urlIsForTests?: boolean;
  /** @default "slot" */
  readonly per?: "run" | "slot" | "test";
  readonly after?: readonly string[];
}

/** A MySQL server of the run's own, with a migrated and seeded database for each slot. */
export function mysql(options: MysqlOptions = {}): Service<MysqlHandle> {
  return service("mysql", options);
}

/** A MariaDB server of the run's own, with a migrated and seeded database for each slot. */
export function mariadb(options: MysqlOptions = {}): Service<MysqlHandle> {
  return service("mariadb", options);
}

function service(flavour: Flavour, options: MysqlOptions): Service<MysqlHandle> {
  const { per = "slot", after = [], migrate, url, ...rest } = options;
  return {
    kind: "shakedown.service",
    engine: {
      name: flavour,
      module: ownModule("engines/mysql/engine"),
      outputs: ["url", "host", "port", "user", "password", "database"],
    },
    per,
    after,
    options: {
      ...rest,
      flavour,
      ...(migrate === undefined ? {} : { migrate: callback(migrate) }),
      ...(url === undefined || url === "" ? {} : { url: derived(url) }),
    },
    openClient: async (lease, context) => (await import("./client.ts")).openClient(lease, context),
  };
}
