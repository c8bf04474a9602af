import { expect, test } from "vitest";
import { parseMysqlVersion } from "../../src/providers/mysql-programs.ts";

test.each([
  [
    "/usr/sbin/mariadbd  Ver 10.11.19-MariaDB-0+deb12u1 for debian-linux-gnu on x86_64 (Debian 12)",
    { flavour: "mariadb", version: "10.11.19" },
  ],
  [
    "/usr/sbin/mysqld  Ver 8.4.2 for Linux on x86_64 (MySQL Community Server - GPL)",
    { flavour: "mysql", version: "8.4.2" },
  ],
  ["11.4.2-MariaDB-ubu2404", { flavour: "mariadb", version: "11.4.2" }],
  ["8.0.36", { flavour: "mysql", version: "8.0.36" }],
  ["no version", undefined],
])("%s", (printed, version) => {
  expect(parseMysqlVersion(printed)).toEqual(version);
});
