import { ownModule } from "../../kit/own-module.ts";
import { callback, derived } from "../../stack/option-functions.ts";
import type { Lifetime, References, Service } from "../../stack/service.ts";
import type { WebSocketClient, ConnectOptions } from "../command/web-socket-client.ts";
import type { HttpClient } from "../command/http-client.ts";
import { openApp } from "./client.ts";

export interface AppContext {
  /** What `env` gave; it stands in `process.env` as well. */
  readonly env: Readonly<Record<string, string>>;
  readonly references: References;
}

export interface AppOptions {
  /** Set in `process.env` before the application is made and taken back when the worker's slot is closed. */
  readonly env?:
    | Readonly<Record<string, string>>
    | ((references: References) => Readonly<Record<string, string>>);
  /**
   * Makes the application, once for each worker: `() => import("./src/app.ts")`. It may give, also as a module's default
   * export: a request listener `(request, response)`, an `http.Server`, a fetch handler `(request) => Response`, an object
   * with `fetch` (Hono), a Fastify instance, or `{ handler, upgrade, close }` with one of these as `handler`.
   */
  readonly handler: (context: AppContext) => unknown;
  /**
   * What happens after data was put back: the application keeps what it holds in memory, or is made again, or is told.
   *
   * @default "nothing"
   */
  readonly onReset?: "nothing" | "recreate" | ((context: AppContext) => Promise<unknown> | unknown);
  /** Services that must be ready first although no option refers to them. */
  readonly after?: readonly string[];
}

/** A client of the application, which listens on a port of its own in the tests' process. */
export interface AppHandle extends HttpClient {
  connect(path: string, options?: ConnectOptions): Promise<WebSocketClient>;
}

/** The application under test in the tests' own process: breakpoints work, and coverage needs nothing. */
export function app(options: AppOptions): Service<AppHandle> {
  // What is no option, and a `per`, go along to be refused.
  const {
    after = [],
    env,
    handler,
    onReset,
    per = "slot",
    ...rest
  } = options as AppOptions & {
    readonly per?: Lifetime;
  };
  return {
    kind: "shakedown.service",
    engine: {
      name: "app",
      module: ownModule("engines/app/engine"),
      outputs: [],
    },
    per,
    after,
    options: {
      ...rest,
      ...(env === undefined ? {} : { env: derived(env) }),
      handler: callback(handler),
      ...(onReset === undefined ? {} : { onReset: callback(onReset) }),
    },
    openClient: (lease, context) => openApp(options, lease, context),
  };
}
