import type { IncomingMessage } from "node:http";
import { isKnownKey, keyName } from "../http/api-key.ts";
import type { RateLimit } from "../resilience/rate-limit.ts";

const protocolPrefix = "api-key.";

export interface Admission {
  /** Whom to count: the holder of a key, or an address. */
  readonly client: string;
  /** Why it may not come in. */
  readonly refusal?: string;
}

/** A browser cannot send headers with a WebSocket: the key stands in the address, or among the subprotocols. */
export async function admit(
  request: IncomingMessage,
  {
    apiKeys,
    connections,
  }: { readonly apiKeys: readonly string[]; readonly connections: RateLimit },
): Promise<Admission> {
  const key = keyOf(request);
  const known = key !== undefined && isKnownKey(apiKeys, key);
  const client = known ? keyName(key) : addressOf(request);
  // Counted before the key is judged, so that keys cannot be guessed without end.
  if (!(await connections(client))) return { client, refusal: "too many connections" };
  if (apiKeys.length === 0 || known) return { client };
  return { client, refusal: key === undefined ? "an API key is required" : "wrong API key" };
}

/** Which of the offered subprotocols is spoken. A key is sent back only when the client offers nothing else. */
export function chooseProtocol(offered: ReadonlySet<string>): string | false {
  const [first] = offered;
  return [...offered].find((name) => !name.startsWith(protocolPrefix)) ?? first ?? false;
}

function keyOf(request: IncomingMessage): string | undefined {
  const inAddress = URL.parse(request.url ?? "/", "http://localhost")?.searchParams.get("api_key");
  if (typeof inAddress === "string") return inAddress;
  return (request.headers["sec-websocket-protocol"] ?? "")
    .split(",")
    .map((name) => name.trim())
    .find((name) => name.startsWith(protocolPrefix))
    ?.slice(protocolPrefix.length);
}

function addressOf(request: IncomingMessage): string {
  return `address:${request.socket.remoteAddress ?? "unknown"}`;
}
