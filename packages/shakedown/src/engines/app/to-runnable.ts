import type { IncomingMessage, RequestListener, Server } from "node:http";
import type { Duplex } from "node:stream";
import { ShakedownError } from "../../errors/shakedown-error.ts";

type FetchHandler = (request: Request) => Response | Promise<Response>;

/** What an application turned out to be, in a form that can listen. */
export interface Runnable {
  /** A server of the application's own, or one that is made for its listener. */
  readonly serve: { readonly server: Server } | { readonly listener: RequestListener };
  readonly upgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  readonly close?: () => Promise<unknown> | unknown;
}

/** Recognises the forms that `app({ handler })` may give. */
export async function toRunnable(service: string, made: unknown): Promise<Runnable> {
  const value = isObject(made) && "default" in made ? made["default"] : made;
  if (isServer(value)) return { serve: { server: value } };
  if (typeof value === "function")
    return { serve: { listener: await toListener(value as (...input: never[]) => unknown) } };
  if (!isObject(value)) throw strange(service, value);
  if (isFastify(value)) {
    await value.ready();
    return { serve: { server: value.server }, close: () => value.close() };
  }
  if (typeof value["fetch"] === "function") {
    return { serve: { listener: await fetchListener(value["fetch"].bind(value) as FetchHandler) } };
  }
  if ("handler" in value) {
    const inner = await toRunnable(service, value["handler"]);
    const { upgrade, close } = value;
    return {
      serve: inner.serve,
      ...(typeof upgrade === "function"
        ? { upgrade: upgrade.bind(value) as NonNullable<Runnable["upgrade"]> }
        : {}),
      close: async () => {
        if (typeof close === "function") await (close.call(value) as unknown);
        await inner.close?.();
      },
    };
  }
  throw strange(service, value);
}

/** A request listener takes at least (request, response); a fetch handler takes the request. */
async function toListener(made: (...input: never[]) => unknown): Promise<RequestListener> {
  return made.length >= 2
    ? (made as unknown as RequestListener)
    : fetchListener(made as unknown as FetchHandler);
}

async function fetchListener(fetch: FetchHandler): Promise<RequestListener> {
  const { getRequestListener } = await import("@hono/node-server");
  // Its own Request and Response stay in place: the application shares the process with the tests.
  const listener = getRequestListener((request) => fetch(request), {
    overrideGlobalObjects: false,
  });
  return (request, response) => void listener(request, response);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isServer(value: unknown): value is Server {
  return (
    isObject(value) &&
    typeof value["listen"] === "function" &&
    typeof value["address"] === "function" &&
    typeof value["emit"] === "function"
  );
}

interface FastifyLike {
  readonly server: Server;
  ready(): PromiseLike<unknown>;
  close(): PromiseLike<unknown>;
}

function isFastify(value: object): value is FastifyLike {
  const { server, ready, close } = value as Partial<FastifyLike>;
  return isServer(server) && typeof ready === "function" && typeof close === "function";
}

function strange(service: string, value: unknown): ShakedownError {
  const shown = isObject(value)
    ? `an object with ${Object.keys(value).join(", ") || "nothing in it"}`
    : String(value);
  return new ShakedownError(
    "TEST_SETUP",
    `the handler of "${service}" gave ${shown}, which is no application`,
    {
      hint: "Give a request listener, an http.Server, a fetch handler, or an object with fetch, also as a module's default export.",
    },
  );
}
