import type { Outputs } from "../../stack/references.ts";
import type { ClientCommand } from "../engine.ts";

export function clientCommand(outputs: Outputs): ClientCommand | undefined {
  const { url } = outputs;
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { username, password, searchParams, hostname, port, pathname } = new URL(url);
  const sslmode = searchParams.get("sslmode");
  const words: Readonly<Record<string, string>> = {
    host: decodeURIComponent(hostname),
    port,
    user: decodeURIComponent(username),
    dbname: decodeURIComponent(pathname.slice(1)),
    ...(sslmode === null ? {} : { sslmode }),
  };
  return {
    programs: ["psql", "pgcli"],
    args: [
      Object.entries(words)
        .filter(([, value]) => value !== "")
        .map(([name, value]) => `${name}='${value.replaceAll(/['\\]/g, String.raw`\$&`)}'`)
        .join(" "),
    ],
    env: password === "" ? {} : { PGPASSWORD: decodeURIComponent(password) },
  };
}
