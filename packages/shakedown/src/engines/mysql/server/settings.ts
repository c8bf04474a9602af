import { availableParallelism } from "node:os";
import type { Flavour } from "../../../providers/mysql-programs.ts";

export type Settings = Readonly<Record<string, string | number | boolean>>;

/** Where the server listens, where its data lies and who may come in: ours alone, since everything else relies on it. */
export const reservedSettings: readonly string[] = [
  "port",
  "bind_address",
  "socket",
  "skip_networking",
  "skip_grant_tables",
  "datadir",
  "basedir",
  "tmpdir",
  "pid_file",
  "init_file",
  "user",
  "innodb_data_file_path",
  "innodb_log_file_size",
  "innodb_redo_log_capacity",
];

/** The layout of a fresh data folder, which every later start has to repeat: small files are written quickly. */
export function layoutSettings(flavour: Flavour): Settings {
  const common = { innodb_data_file_path: "ibdata1:10M:autoextend" };
  return flavour === "mariadb"
    ? { ...common, innodb_log_file_size: "4M" }
    : { ...common, innodb_redo_log_capacity: "8M" };
}

/** The whole configuration: no file is read. Durability is off, because the data is thrown away. */
export function serverSettings(flavour: Flavour, settings: Settings): Settings {
  return {
    ...layoutSettings(flavour),
    performance_schema: "OFF",
    innodb_buffer_pool_size: "128M",
    innodb_flush_log_at_trx_commit: 0,
    innodb_doublewrite: "OFF",
    innodb_buffer_pool_load_at_startup: "OFF",
    innodb_buffer_pool_dump_at_shutdown: "OFF",
    innodb_temp_data_file_path: "ibtmp1:1M:autoextend",
    innodb_lock_wait_timeout: 10,
    character_set_server: "utf8mb4",
    default_time_zone: "+00:00",
    max_connections: Math.max(100, 40 * availableParallelism() + 20),
    ...(flavour === "mariadb" ? { aria_pagecache_buffer_size: "8M" } : { mysqlx: "OFF" }),
    ...settings,
  };
}

export function toArguments(settings: Settings): readonly string[] {
  return Object.entries(settings).map(([name, value]) => {
    const shown = typeof value === "boolean" ? (value ? "ON" : "OFF") : String(value);
    return `--${name.replaceAll("_", "-")}=${shown}`;
  });
}
