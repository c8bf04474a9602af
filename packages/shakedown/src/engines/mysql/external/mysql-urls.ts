import type { DatabaseUrlKind } from "../../url-for-tests.ts";

export const mysqlUrls: DatabaseUrlKind = {
  example: "mysql://user:password@host:3306/app_test",
  protocol: /^(mysql|mariadb):$/,
};
