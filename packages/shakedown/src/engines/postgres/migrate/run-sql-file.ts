import { readFile } from "node:fs/promises";
import { relative } from "node:path";
import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";
import { ShakedownError } from "../../../errors/shakedown-error.ts";
import { openCopy } from "./copy-stream.ts";
import type { PgClient } from "../driver.ts";
import { upPart } from "../../migration-files.ts";
import { splitSql, type SqlStatement } from "./split-sql.ts";

/** Statements go in bundles, each of which the server runs as one transaction; a round trip for each would be slow for large seeds. */
const bundleSize = 100;

/** Runs a file as psql would: statement by statement, with COPY data, and stops at the first error. */
export async function runSqlFile(client: PgClient, file: string, root: string): Promise<void> {
  const sql = upPart((await readFile(file, "utf8")).replace(/^\uFEFF/, ""));
  const place = { file, sql, shown: relative(root, file) };
  let bundle: SqlStatement[] = [];
  const statements = splitSql(sql);
  const alone = statements.some(({ text }) => controlsTransaction(text));
  const flush = async (): Promise<void> => {
    const sent = bundle;
    bundle = [];
    if (sent.length > 0) await runBundle(client, sent, place);
  };
  for (const statement of statements) {
    const isPlain = statement.copyData === undefined && statement.metaCommand === undefined;
    if (isPlain) bundle.push(statement);
    if (!isPlain || alone || bundle.length >= bundleSize) await flush();
    if (statement.metaCommand !== undefined) refuseMeta(statement.metaCommand, statement, place);
    if (statement.copyData !== undefined) await runCopy(client, statement, place);
  }
  await flush();
  await leaveNoTrace(client, place);
}

interface Place {
  readonly file: string;
  readonly sql: string;
  /** Relative to the stack's folder. */
  readonly shown: string;
}

function controlsTransaction(text: string): boolean {
  return /^(begin|start\s+transaction|commit|end|rollback|abort|savepoint|release)\b/i.test(text);
}

async function runBundle(
  client: PgClient,
  statements: readonly SqlStatement[],
  place: Place,
): Promise<void> {
  if (statements.length > 1) {
    try {
      await client.query(statements.map(({ text }) => text).join(";\n"));
      return;
    } catch {
      // All of it was rolled back. Which statement it was, the second run tells; and some want no transaction at all.
    }
  }
  for (const statement of statements) {
    try {
      await client.query(statement.text);
    } catch (error) {
      throw sqlFailed(error, statement, place);
    }
  }
}

async function runCopy(client: PgClient, statement: SqlStatement, place: Place): Promise<void> {
  try {
    await pipeline(
      Readable.from([statement.copyData ?? ""]),
      await openCopy(client, statement.text),
    );
  } catch (error) {
    throw sqlFailed(error, statement, place);
  }
}

/** pg_dump writes some that only guard psql itself. */
function refuseMeta(command: string, statement: SqlStatement, place: Place): void {
  if (/^\\(un)?restrict\b|^\\\.$/.test(command)) return;
  throw new ShakedownError(
    "MIGRATION_FAILED",
    `${place.shown}:${lineOf(place.sql, statement.start)}: ${command.split(/\s/)[0]} is a command of psql, which does not run here`,
    {
      hint: `Take the line out, or run the file with psql: migrate: { command: ["sh", "-c", 'psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -f ${place.shown}'] }`,
      details: { file: place.file },
    },
  );
}

/** The next file starts as in a session of its own. */
async function leaveNoTrace(client: PgClient, place: Place): Promise<void> {
  try {
    await client.query("discard all");
  } catch (error) {
    if (
      (error as { readonly code?: string }).code !== "25001" &&
      (error as { readonly code?: string }).code !== "25P02"
    )
      throw error;
    throw new ShakedownError(
      "MIGRATION_FAILED",
      `${place.shown} ends inside a transaction that it began`,
      {
        hint: "End it with COMMIT;",
        details: { file: place.file },
      },
    );
  }
}

interface PgError {
  readonly message: string;
  readonly code?: string;
  readonly position?: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly where?: string;
}

function sqlFailed(error: unknown, statement: SqlStatement, place: Place): ShakedownError {
  const { message, code, position, detail, hint, where } = error as PgError;
  const offset = statement.start + (position === undefined ? 0 : Number(position) - 1);
  const line = lineOf(place.sql, offset);
  const column = offset - place.sql.lastIndexOf("\n", offset - 1);
  return new ShakedownError("MIGRATION_FAILED", `${place.shown}:${line}:${column}: ${message}`, {
    details: {
      file: place.file,
      line,
      column,
      statement: statement.text.length > 400 ? `${statement.text.slice(0, 400)}…` : statement.text,
      ...(code === undefined ? {} : { sqlState: code }),
      ...(detail === undefined ? {} : { detail }),
      ...(hint === undefined ? {} : { serverHint: hint }),
      ...(where === undefined ? {} : { where }),
    },
    hint: `Correct the statement at ${place.shown}:${line}`,
    cause: error,
  });
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}
