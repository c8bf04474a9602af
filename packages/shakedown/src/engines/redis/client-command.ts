import type { Outputs } from "../../stack/references.ts";
import type { ClientCommand } from "../engine.ts";

export function clientCommand({ url }: Outputs): ClientCommand | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { protocol, username, password, hostname, port, pathname } = new URL(url);
  const database = pathname.slice(1);
  return {
    programs: ["redis-cli", "valkey-cli"],
    args: [
      "-h",
      hostname,
      "-p",
      port === "" ? "6379" : port,
      ...(username === "" ? [] : ["--user", decodeURIComponent(username)]),
      ...(database === "" || database === "0" ? [] : ["-n", database]),
      ...(protocol === "rediss:" ? ["--tls"] : []),
    ],
    env: password === "" ? {} : { REDISCLI_AUTH: decodeURIComponent(password) },
  };
}
