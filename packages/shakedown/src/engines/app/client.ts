import { networkTransport } from "../command/http-transport.ts";
import { httpClient } from "../command/http-client.ts";
import { connectWebSocket } from "../command/web-socket-client.ts";
import { Scope } from "../../kit/scope.ts";
import type { LeaseClient, OpenClientContext, ServiceLease } from "../../isolation/lease.ts";
import type { Outputs } from "../../stack/references.ts";
import type { References } from "../../stack/service.ts";
import { type Listening, listen } from "./listen.ts";
import type { AppContext, AppHandle, AppOptions } from "./service.ts";
import { toRunnable } from "./to-runnable.ts";

/** Applications that this process has made before. */
const madeBefore = new WeakSet<AppOptions>();

/** Makes the application, has it listen, and gives a client of it. */
export async function openApp(
  options: AppOptions,
  { service }: ServiceLease,
  { references, forgetModules }: OpenClientContext,
): Promise<LeaseClient<AppHandle>> {
  const nested: References = Object.fromEntries(
    Object.entries(references).map(([name, outputs]) => [name, nestOutputs(outputs)]),
  );
  const env = typeof options.env === "function" ? options.env(nested) : (options.env ?? {});
  const context: AppContext = { env, references: nested };
  const scope = new Scope();
  scope.defer("its environment", setEnvironment(env));
  const transport = scope.own("its connections", networkTransport(), (open) =>
    open[Symbol.dispose](),
  );
  const start = async (): Promise<Listening> => {
    // `() => import("./app.ts")` would give the module that has read the environment of a slot that is gone.
    if (madeBefore.has(options)) forgetModules?.();
    madeBefore.add(options);
    return listen(await toRunnable(service, await options.handler(context)));
  };
  let listening: Listening;
  try {
    listening = await start();
  } catch (error) {
    await scope[Symbol.asyncDispose]();
    throw error;
  }
  scope.defer("the application", () => listening.close());
  const client = httpClient({
    title: service,
    url: () => listening.url,
    transport: transport.send,
  });
  return {
    handle: {
      ...client,
      get url() {
        return listening.url;
      },
      connect: (path, connect) =>
        connectWebSocket({ title: service, url: listening.url }, path, connect),
    },
    quiesce: () => transport.settle(),
    reset: async () => ({ kind: "clean" }),
    mark: async () => {},
    resume: async () => {
      if (typeof options.onReset === "function") await options.onReset(context);
      if (options.onReset !== "recreate") return;
      await listening.close();
      listening = await start();
    },
    [Symbol.asyncDispose]: () => scope[Symbol.asyncDispose](),
  };
}

/** `ports.http` is read as `self.ports.http`. */
function nestOutputs(outputs: Outputs): References {
  const nested: References = {};
  for (const [path, value] of Object.entries(outputs)) {
    const parts = path.split(".");
    const last = parts.pop() ?? path;
    let place = nested;
    for (const part of parts) place = (place[part] ??= {}) as References;
    place[last] = value;
  }
  return nested;
}

function setEnvironment(env: Readonly<Record<string, string>>): () => void {
  const before = Object.fromEntries(Object.keys(env).map((name) => [name, process.env[name]]));
  Object.assign(process.env, env);
  return () => {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}
