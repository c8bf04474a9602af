import type pg from "pg";
import { ShakedownError } from "../../errors/shakedown-error.ts";
import type { SqlStyle } from "../sql-tag.ts";

/** The members of pg's `Client` that we use. */
export interface PgClient {
  query<Row = Record<string, unknown>>(
    text: string | PgQuery,
    values?: readonly unknown[],
  ): Promise<PgResult<Row>>;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "notice", listener: (notice: { readonly message?: string }) => void): unknown;
  end(): Promise<void>;
}

export interface PgQuery {
  readonly text: string;
  readonly values?: readonly unknown[];
  /** Prepared once for each connection under this name. */
  readonly name?: string;
}

export interface PgResult<Row = Record<string, unknown>> {
  readonly rows: Row[];
  readonly rowCount: number | null;
  readonly command: string;
}

export interface OpenPgOptions {
  readonly applicationName: string;
  /** Server settings of the session, sent with the connection's first message. */
  readonly settings?: Readonly<Record<string, string>>;
  /** @default 10000 */
  readonly connectTimeoutMs?: number;
}

/** Opens one connection. An error of the idle connection is kept for its next query instead of ending the process. */
export async function openPgClient(url: string, options: OpenPgOptions): Promise<PgClient> {
  const { Client } = await loadPg();
  const client = new Client({
    connectionString: url,
    application_name: options.applicationName,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 10_000,
    ...(options.settings === undefined ? {} : { options: startupOptions(options.settings) }),
  });
  // Without a listener a lost connection is an uncaught exception; the next query tells of it anyway.
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

export async function openPgPool(url: string, config: pg.PoolConfig): Promise<pg.Pool> {
  const { Pool } = await loadPg();
  const pool = new Pool({ ...config, connectionString: url });
  // As above, for connections that wait in the pool.
  pool.on("error", () => undefined);
  return pool;
}

/** An identifier as SQL wants it written. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** For `sql` tags. */
export const sqlStyle: SqlStyle = { quoteName, placeholder: (index) => `$${index}` };

/** A string as SQL wants it written, whatever standard_conforming_strings says. */
export function quoteText(text: string): string {
  const quoted = `'${text.replaceAll("'", "''").replaceAll("\\", "\\\\")}'`;
  return text.includes("\\") ? ` E${quoted}` : quoted;
}

/** Loading takes 12 ms: whoever knows that a connection will be needed starts it before. */
export async function loadPg(): Promise<Pick<typeof pg, "Client" | "Pool">> {
  try {
    const loaded = await import("pg");
    return loaded.default;
  } catch (cause) {
    throw new ShakedownError(
      "DRIVER_MISSING",
      "the postgres engine needs the npm package pg, which cannot be loaded",
      {
        hint: "Install it: npm install --save-dev pg",
        cause,
      },
    );
  }
}

function startupOptions(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(
      ([name, value]) => `-c ${name}=${value.replace(/[\\ ]/g, (character) => `\\${character}`)}`,
    )
    .join(" ");
}
