import type { Outputs } from "../../stack/references.ts";
import type { ClientCommand } from "../engine.ts";

export function clientCommand({
  host,
  port,
  user,
  password,
  database,
}: Outputs): ClientCommand | undefined {
  if (host === undefined || port === undefined) return undefined;
  return {
    programs: ["mariadb", "mysql"],
    args: [
      "--protocol=tcp",
      `--host=${host}`,
      `--port=${port}`,
      ...(user === undefined ? [] : [`--user=${user}`]),
      ...(database === undefined || database === "" ? [] : [database]),
    ],
    env: password === undefined || password === "" ? {} : { MYSQL_PWD: password },
  };
}
