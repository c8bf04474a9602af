import type { Outputs } from "../../stack/references.ts";

/** `host`, `port` and `url`: from what the program told of itself, or else from its port `http` or its first one. */
export function addressOf(portOutputs: Outputs, names: readonly string[], told: Outputs): Outputs {
  if (told["url"] !== undefined) {
    const url = URL.parse(told["url"]);
    return url === null
      ? {}
      : {
          host: url.hostname.replaceAll(/[[\]]/g, ""),
          port: url.port || (url.protocol === "https:" ? "443" : "80"),
        };
  }
  const port = portOutputs["ports.http"] ?? portOutputs[`ports.${names[0]}`];
  if (port === undefined) return {};
  const host = told["host"] ?? "127.0.0.1";
  return { host, port, url: `http://${host.includes(":") ? `[${host}]` : host}:${port}` };
}
