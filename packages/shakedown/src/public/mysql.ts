export type { MysqlResult } from "../engines/mysql/driver.ts";
export type { MysqlHandle, MysqlTransaction } from "../engines/mysql/handle.ts";
export { mariadb, mysql, type MysqlOptions } from "../engines/mysql/service.ts";
export type { SqlFragment, SqlTag } from "../engines/sql-tag.ts";
