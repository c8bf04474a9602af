import { ShakedownError } from "../../errors/shakedown-error.ts";
import type { LeaseClient, OpenClientContext, ServiceLease } from "../../isolation/lease.ts";
import { isAlive } from "../../process/identity.ts";
import type { Outputs } from "../../stack/references.ts";
import { type HttpClient, httpClient } from "./http-client.ts";
import { networkTransport } from "./http-transport.ts";
import type { OnReset } from "./service.ts";
import {
  type ConnectOptions,
  connectWebSocket,
  type WebSocketClient,
} from "./web-socket-client.ts";

/** The test's view of a program of your own: an HTTP client, WebSockets, its outputs and its log. */
export interface ServiceHandle extends HttpClient {
  /** `url`, `ports.http`, and the named groups of its ready line. */
  readonly outputs: Outputs;
  connect(path: string, options?: ConnectOptions): Promise<WebSocketClient>;
  /** Its last log lines, newest last. @default 50 */
  logs(most?: number): Promise<readonly string[]>;
  /** Stops and starts its process, on the same ports. */
  restart(): Promise<void>;
}

/** Called in the process that runs the tests. */
export async function openCommandClient(
  lease: ServiceLease,
  context: OpenClientContext,
): Promise<LeaseClient<ServiceHandle>> {
  let current = lease;
  const transport = networkTransport();
  const { service } = lease;
  const isForOneTest = lease.per === "test";
  let isRunning = true;
  const url = (): string => {
    if (!isRunning) throw notRunning(service);
    return current.outputs["url"] ?? noUrl(service);
  };
  const client = httpClient({
    title: service,
    url,
    transport: transport.send,
    logLines: context.logLines,
  });
  const restart = async (): Promise<void> => {
    current = await context.restart();
    isRunning = true;
  };
  /** Each with the level at which it was opened: a reset to that level, or to one below, closes it. */
  const sockets = new Map<WebSocketClient, number>();
  let level = 0;
  const connect = async (path: string, options?: ConnectOptions): Promise<WebSocketClient> => {
    const target = { title: service, url: url(), logLines: context.logLines };
    const socket = await connectWebSocket(target, path, options);
    sockets.set(socket, level);
    void socket.closed.then(() => sockets.delete(socket));
    return socket;
  };
  const closeSockets = async (downTo: number): Promise<void> => {
    const left = [...sockets].filter(([, openedAt]) => openedAt >= downTo);
    await Promise.all(left.map(([socket]) => socket.close()));
  };
  // Properties are carried over as they stand: the URL is looked up when it is used.
  const own: object = Object.defineProperties(
    {
      connect,
      logs: (most = 50) => context.logLines(0, most),
      restart,
    },
    {
      ...Object.getOwnPropertyDescriptors(client),
      outputs: { enumerable: true, get: () => current.outputs },
    },
  );
  const handle = own as ServiceHandle;
  return {
    handle,
    quiesce: () => transport.settle(),
    // A process has no data of its own: what it wrote to other services is theirs to undo.
    async reset(to) {
      level = to;
      await closeSockets(to);
      return { kind: "clean" };
    },
    async mark(at) {
      level = at;
    },
    ...(isForOneTest
      ? {
          begin: restart,
          async end() {
            if (!isRunning) return;
            isRunning = false;
            await closeSockets(0);
            await context.pause();
          },
        }
      : { resume: () => tell(current, client, restart) }),
    async [Symbol.asyncDispose]() {
      await closeSockets(0);
      transport[Symbol.dispose]();
    },
  };
}

async function tell(
  { service, control }: ServiceLease,
  client: HttpClient,
  restart: () => Promise<void>,
): Promise<void> {
  const onReset = (control["onReset"] ?? "nothing") as OnReset;
  if (onReset === "nothing") return;
  if (onReset === "restart") return restart();
  if ("signal" in onReset) return sendSignal(service, control, onReset.signal);
  const response = await client.post(onReset.post);
  if (response.status >= 200 && response.status < 300) return;
  throw new ShakedownError(
    "REQUEST_FAILED",
    `${service} answered ${response.status} to POST ${onReset.post}, which tells it of a reset`,
    {
      hint: `Answer it with 2xx, or change onReset of ${service}`,
      details: { status: response.status, body: response.text.slice(0, 2000) },
    },
  );
}

function sendSignal(
  service: string,
  control: ServiceLease["control"],
  signal: NodeJS.Signals,
): void {
  const identity = { pid: Number(control["pid"]), startTime: String(control["startTime"]) };
  if (!isAlive(identity)) {
    throw new ShakedownError(
      "PROCESS_EXITED",
      `${service} is gone: ${signal} after the reset found no process`,
      {
        hint: `Read its log: shakedown logs ${service}`,
      },
    );
  }
  process.kill(identity.pid, signal);
}

function notRunning(service: string): ShakedownError {
  return new ShakedownError(
    "TEST_SETUP",
    `${service} runs only while a test that takes it does, and none does now`,
    {
      hint: 'Take it in the test, or in test.beforeEach; for hooks around several tests: per: "slot"',
    },
  );
}

function noUrl(service: string): never {
  throw new ShakedownError("TEST_SETUP", `${service} has no URL to send requests to`, {
    hint: 'Give it one in the stack: ports: ["http"], or ready: logLine(/listening on (?<url>http:\\S+)/)',
  });
}
