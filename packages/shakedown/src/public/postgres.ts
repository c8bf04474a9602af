export type { PostgresHandle, PostgresTransaction } from "../engines/postgres/handle.ts";
export {
  drizzle,
  kysely,
  type MigrateCommand,
  prisma,
  typeorm,
} from "../engines/postgres/presets.ts";
export { postgres, type PostgresOptions } from "../engines/postgres/service.ts";
export type { PostgresSession } from "../engines/postgres/sessions.ts";
export type { SqlFragment, SqlTag } from "../engines/sql-tag.ts";
