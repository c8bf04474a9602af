import { availableParallelism } from "node:os";

export type Profile = "fast" | "realistic";
export type Settings = Readonly<Record<string, string>>;

export interface SettingsOptions {
  readonly profile: Profile;
  /** The user's own; they win, except over where the server listens. */
  readonly settings: Settings;
}

/** Where the server listens and who may come in: ours alone, since everything else relies on it. */
export const reservedSettings: readonly string[] = [
  "port",
  "listen_addresses",
  "unix_socket_directories",
  "hba_file",
  "data_directory",
  "log_line_prefix",
  "logging_collector",
];

/**
 * The whole configuration: there is no other file. Durability is off, because the data is thrown away; what a planner or
 * an application could notice is not touched in the realistic profile.
 */
export function serverSettings({ profile, settings }: SettingsOptions): Settings {
  return {
    ...undurable,
    ...unhurried,
    ...(profile === "fast" ? { autovacuum: "off", jit: "off" } : { autovacuum: "on", jit: "on" }),
    max_connections: String(Math.max(100, 40 * availableParallelism() + 20)),
    ...settings,
  };
}

/** What the running server must say of itself. Anything else would make tests slow, or the pack of no use. */
export function promisedSettings(wanted: Settings): Settings {
  const names = [...Object.keys(undurable), "autovacuum", "jit", "listen_addresses"];
  return Object.fromEntries(
    names.flatMap((name) => (wanted[name] === undefined ? [] : [[name, wanted[name]]])),
  );
}

export function toConfiguration(settings: Settings): string {
  return Object.entries(settings)
    .map(
      ([name, value]) =>
        `${name} = '${value.replaceAll("\\", "\\\\").replaceAll("'", "''").replaceAll("\n", "\\n")}'\n`,
    )
    .join("");
}

/** No line says trust: whoever reaches the port or the socket needs the password. */
export const hostRules = `local all all scram-sha-256
host all all 127.0.0.1/32 scram-sha-256
local replication all scram-sha-256
host replication all 127.0.0.1/32 scram-sha-256
`;

const undurable: Settings = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  // minimal is no faster for copies of databases, and logical decoding would be refused.
  wal_level: "replica",
};

const unhurried: Settings = {
  shared_buffers: "128MB",
  huge_pages: "off",
  // In the data folder, where they go with it: a killed server leaves the POSIX ones behind.
  dynamic_shared_memory_type: "mmap",
  max_wal_senders: "5",
  // WAL lies on tmpfs too: segments of 1 MB go as soon as they are not needed.
  min_wal_size: "2MB",
  max_wal_size: "256MB",
  wal_recycle: "off",
  wal_init_zero: "off",
  checkpoint_timeout: "1h",
  password_encryption: "scram-sha-256",
  ssl: "off",
  timezone: "UTC",
  log_timezone: "UTC",
  lc_messages: "C",
  default_text_search_config: "pg_catalog.english",
  log_checkpoints: "off",
  // A test that hangs on a lock is told why: after a second, who waits for whom stands in the log.
  log_lock_waits: "on",
  log_min_messages: "warning",
  log_min_error_statement: "error",
};
