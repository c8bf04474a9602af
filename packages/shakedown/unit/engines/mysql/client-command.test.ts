import { expect, test } from "vitest";
import { clientCommand } from "../../../src/engines/mysql/client-command.ts";

test("mariadb gets its password by environment", () => {
  const outputs = { host: "127.0.0.1", port: "3307", user: "me", password: "s", database: "t" };
  expect(clientCommand(outputs)).toEqual({
    programs: ["mariadb", "mysql"],
    args: ["--protocol=tcp", "--host=127.0.0.1", "--port=3307", "--user=me", "t"],
    env: { MYSQL_PWD: "s" },
  });
});
