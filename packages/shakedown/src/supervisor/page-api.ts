import type { IncomingMessage, ServerResponse } from "node:http";
import { ShakedownError } from "../errors/shakedown-error.ts";
import { redactor, type Redactor } from "../kit/redact.ts";
import { followLogs } from "./follow-logs.ts";
import { followRun } from "./follow-run.ts";
import type { ServiceAction, SupervisorStatus } from "./protocol.ts";
import type { LogLines, LogQuery } from "./session.ts";

/** What the live page may ask of the supervisor. */
export interface PageApi {
  /** The folder of all runs. */
  readonly runs: string;
  /** The folder of the services' logs. */
  readonly logFolder: string;
  status(): Promise<SupervisorStatus>;
  logs(query: LogQuery): Promise<readonly LogLines[]>;
  act(service: string, action: ServiceAction): Promise<object>;
  secrets(): Promise<readonly string[]>;
}

const keepAliveEveryMs = 15_000;
const tailUnlessTold = 200;
const secretsEveryMs = 2000;

export async function answerApi(
  api: PageApi,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://page");
  const query = url.searchParams;
  const service = query.get("service");
  const filter = {
    ...(service === null ? {} : { service }),
    ...(query.has("slot") ? { slot: Number(query.get("slot")) } : {}),
  };
  switch (`${request.method} ${url.pathname}`) {
    case "GET /api/status":
      return send(response, await api.status());
    case "GET /api/logs": {
      const tail = Number(query.get("tail") ?? tailUnlessTold);
      const logs = await api.logs({ ...filter, tail });
      return send(response, redactor(await api.secrets()).json({ logs }));
    }
    case "GET /api/events":
      return streamed(response, ({ write, signal }) =>
        followRun(api.runs, { onLines: write, signal }),
      );
    case "GET /api/logs/follow":
      return streamed(response, async ({ write, signal }) => {
        const redact = keptUpToDate(api, signal);
        await followLogs(api.logFolder, filter, {
          signal,
          onLine: (line) => void write(`${JSON.stringify(redact.json(line))}\n`),
        });
      });
    default: {
      const [, name, action] =
        /^POST \/api\/services\/([^/]+)\/(restart|stop|start)$/.exec(
          `${request.method} ${url.pathname}`,
        ) ?? [];
      if (name === undefined)
        throw new ShakedownError(
          "CONTROL_PROTOCOL",
          `there is no ${request.method} ${url.pathname}`,
        );
      await api.act(decodeURIComponent(name), action as ServiceAction);
      return send(response, {});
    }
  }
}

interface Stream {
  readonly write: (text: string) => Promise<void>;
  /** Aborted when the page is closed. */
  readonly signal: AbortSignal;
}

/** An answer that goes on until the page hangs up. */
async function streamed(
  response: ServerResponse,
  work: (stream: Stream) => Promise<void>,
): Promise<void> {
  const closed = new AbortController();
  response.once("close", () => closed.abort());
  response.writeHead(200, { "content-type": "application/x-ndjson" });
  response.flushHeaders();
  const keepAlive = setInterval(() => response.write("\n"), keepAliveEveryMs);
  try {
    await work({ write: (text) => taken(response, text), signal: closed.signal });
  } finally {
    clearInterval(keepAlive);
    response.end();
  }
}

/** Waits for a reader that is slower than what there is to read. */
function taken(response: ServerResponse, text: string): Promise<void> {
  if (response.destroyed || response.write(text)) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      response.off("drain", done).off("close", done);
      resolve();
    };
    response.once("drain", done).once("close", done);
  });
}

/** Services that start while their lines are followed bring secrets of their own. */
function keptUpToDate(api: PageApi, signal: AbortSignal): Redactor {
  const redact = redactor();
  const look = (): void => {
    api.secrets().then(redact.add, () => {}); // asked again soon
  };
  look();
  const timer = setInterval(look, secretsEveryMs);
  signal.addEventListener("abort", () => clearInterval(timer), { once: true });
  return redact;
}

function send(response: ServerResponse, body: object): void {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
}
