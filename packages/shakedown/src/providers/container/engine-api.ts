import { readFileSync } from "node:fs";
import type { Agent as AgentType, IncomingMessage, RequestOptions } from "node:http";
import { Agent as TlsAgent, request as requestTls } from "node:https";
import { join } from "node:path";
import { Agent, request as requestPlain } from "../../kit/node-http.ts";
import type { Endpoint } from "./endpoint.ts";

export interface Ask {
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON; bytes as they are. */
  readonly body?: object | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Without an answer for so long. @default 60000; 0: for ever */
  readonly timeoutMs?: number;
}

/** The engine's HTTP API over its socket. One connection is kept for the next question. */
export interface EngineApi extends Disposable {
  /** The answer's JSON; undefined where it has none. @throws ApiFailure */
  ask(method: string, path: string, ask?: Ask): Promise<unknown>;
  /** An answer that is read while it comes. @throws ApiFailure */
  stream(method: string, path: string, ask?: Ask): Promise<IncomingMessage>;
}

/** The engine said no: a status from 400 on, and its own words. */
export class ApiFailure extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = "ApiFailure";
    this.status = status;
  }
}

/** `version` stands in the path: "1.41". Without it the engine's newest is spoken. */
export function openEngineApi(endpoint: Endpoint, version?: string): EngineApi {
  const { transport, target, agent } = connectionTo(endpoint);
  const prefix = version === undefined ? "" : `/v${version}`;

  function send(method: string, path: string, ask: Ask): Promise<IncomingMessage> {
    const { query = {}, body, headers = {}, signal, timeoutMs = 60_000 } = ask;
    const search = new URLSearchParams(query).toString();
    const bytes = body === undefined || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const options: RequestOptions = {
      ...target,
      agent,
      method,
      path: `${prefix}${path}${search === "" ? "" : `?${search}`}`,
      headers: {
        host: "engine",
        ...(bytes === undefined
          ? {}
          : {
              "content-type": Buffer.isBuffer(body) ? "application/x-tar" : "application/json",
              "content-length": Buffer.byteLength(bytes),
            }),
        ...headers,
      },
      ...(signal === undefined ? {} : { signal }),
    };
    return new Promise((resolve, reject) => {
      const asking = transport(options, resolve);
      if (timeoutMs > 0) {
        asking.setTimeout(timeoutMs, () =>
          asking.destroy(new Error(`${method} ${path} got no answer in ${timeoutMs} ms`)),
        );
      }
      asking.once("error", (error) =>
        reject(signal?.aborted === true ? (signal.reason as Error) : error),
      );
      asking.end(bytes);
    });
  }

  async function stream(method: string, path: string, ask: Ask = {}): Promise<IncomingMessage> {
    const answer = await send(method, path, ask);
    const status = answer.statusCode ?? 0;
    if (status < 400) return answer;
    throw new ApiFailure(status, wordsOf(await textOf(answer)));
  }

  return {
    stream,
    async ask(method, path, ask) {
      const text = await textOf(await stream(method, path, ask));
      return text.trim() === "" ? undefined : (JSON.parse(text) as unknown);
    },
    [Symbol.dispose]: () => agent.destroy(),
  };
}

interface Connection {
  readonly transport: typeof requestPlain;
  readonly target: RequestOptions & { ca?: Buffer; cert?: Buffer; key?: Buffer };
  readonly agent: AgentType;
}

function connectionTo({ url, tlsFolder }: Endpoint): Connection {
  if (url.startsWith("unix://")) {
    const socketPath = url.slice("unix://".length);
    return {
      transport: requestPlain,
      target: { socketPath },
      agent: new Agent({ keepAlive: true }),
    };
  }
  const { hostname, port } = new URL(url.replace(/^tcp:/, "http:"));
  const host = hostname.replaceAll(/[[\]]/g, "");
  if (tlsFolder === undefined) {
    const target = { host, port: port === "" ? "2375" : port };
    return { transport: requestPlain, target, agent: new Agent({ keepAlive: true }) };
  }
  const [ca, cert, key] = ["ca", "cert", "key"].map((name) =>
    readFileSync(join(tlsFolder, `${name}.pem`)),
  ) as [Buffer, Buffer, Buffer];
  const target = { host, port: port === "" ? "2376" : port, ca, cert, key };
  return { transport: requestTls, target, agent: new TlsAgent({ keepAlive: true }) };
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function wordsOf(text: string): string {
  try {
    const { message, cause } = JSON.parse(text) as { message?: string; cause?: string };
    return message ?? cause ?? text;
  } catch {
    // A proxy before the engine may answer in plain text.
    return text.trim();
  }
}
