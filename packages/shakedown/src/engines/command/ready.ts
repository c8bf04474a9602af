import type { ReadyProbe } from "../../waits/ready-probe.ts";

/** Ready once a line of its output matches. Named groups become outputs: `logLine(/listening on (?<url>http:\S+)/)`. */
export function logLine(line: RegExp | string): ReadyProbe {
  const { source, flags } = typeof line === "string" ? { source: escape(line), flags: "" } : line;
  return { kind: "log", source, flags };
}

/**
 * Ready once this answers. A path is asked on the service's own URL: the one in an earlier log line, or its port `http`.
 *
 * @default any status from 200 to 399
 */
export function http(
  url: string,
  options: { readonly status?: number | readonly number[] } = {},
): ReadyProbe {
  const { status } = options;
  return {
    kind: "http",
    url,
    ...(status === undefined ? {} : { status: typeof status === "number" ? [status] : status }),
  };
}

/** Ready once something accepts connections on this port: a name among `ports`, or a number. */
export function tcp(port: string | number): ReadyProbe {
  return { kind: "tcp", port: String(port) };
}

/** Ready once all of these are, looked at in this order. */
export function allOf(...probes: readonly ReadyProbe[]): ReadyProbe {
  return { kind: "all", probes };
}

function escape(text: string): string {
  return text.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);
}
