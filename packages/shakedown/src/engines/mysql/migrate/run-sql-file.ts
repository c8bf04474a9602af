import { readFile } from "node:fs/promises";
import { relative } from "node:path";
import { ShakedownError } from "../../../errors/shakedown-error.ts";
import { upPart } from "../../migration-files.ts";
import type { MysqlClient } from "../driver.ts";
import { type SqlStatement, splitSql } from "./split-sql.ts";

/** Runs a file as the `mysql` client would: statement by statement, and stops at the first error. */
export async function runSqlFile(client: MysqlClient, file: string, root: string): Promise<void> {
  const sql = upPart((await readFile(file, "utf8")).replace(/^\uFEFF/, ""));
  const shown = relative(root, file);
  for (const statement of splitSql(sql)) {
    try {
      await client.query(statement.text);
    } catch (error) {
      throw sqlFailed(error, statement, { file, shown, sql });
    }
  }
}

interface Place {
  readonly file: string;
  readonly sql: string;
  /** Relative to the stack's folder. */
  readonly shown: string;
}

interface MysqlError {
  readonly message: string;
  readonly sqlState?: string;
  readonly errno?: number;
}

function sqlFailed(error: unknown, statement: SqlStatement, place: Place): ShakedownError {
  const { message, sqlState, errno } = error as MysqlError;
  // A syntax error tells the line within its statement, all others tell none.
  const within = Number(/ at line (\d+)$/.exec(message)?.[1] ?? 1);
  const line = place.sql.slice(0, statement.start).split("\n").length + within - 1;
  return new ShakedownError("MIGRATION_FAILED", `${place.shown}:${line}: ${message}`, {
    details: {
      file: place.file,
      line,
      statement: statement.text.length > 400 ? `${statement.text.slice(0, 400)}…` : statement.text,
      ...(sqlState === undefined ? {} : { sqlState }),
      ...(errno === undefined ? {} : { errno }),
    },
    hint: `Correct the statement at ${place.shown}:${line}`,
    cause: error,
  });
}
