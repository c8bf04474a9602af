import { randomBytes, timingSafeEqual } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { errorCodes } from "../errors/codes.ts";
import { ShakedownError, toWireError } from "../errors/shakedown-error.ts";
import { createServer } from "../kit/node-http.ts";
import { pageFile } from "../kit/page-file.ts";
import { answerApi, type PageApi } from "./page-api.ts";

export interface PageServerOptions {
  /** @default a free one */
  readonly port?: number;
  /** The page's HTML. @default the package's own */
  readonly file?: URL | string;
}

export interface PageServer extends AsyncDisposable {
  /** With the token behind `#`, where no server and no log ever sees it. */
  readonly url: string;
}

/**
 * Serves the live page to browsers of this machine:
 *
 *   browser ── 127.0.0.1, token ──► page server ──► status, logs and actions of the supervisor
 *                                              └──► events of the newest run, from its file
 *
 * Other pages that the browser shows must not get in: requests without the token are refused, those for another host's
 * name, too (a name may be made to point here), and no answer may be read from elsewhere.
 */
export async function openPageServer(
  api: PageApi,
  { port = 0, file = pageFile }: PageServerOptions = {},
): Promise<PageServer> {
  const page = await readFile(file, "utf8");
  const token = randomBytes(24).toString("base64url");
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    // Not by URL, which throws at `//`: here nobody has shown a token yet.
    const [pathname = "/"] = (request.url ?? "/").split("?");
    if (!isOwnHost(request, server)) return refuse(response, 403, "this page has another address");
    if (pathname === "/" && request.method === "GET") {
      // The rest of its policy stands in the page itself, where it holds for a report, too.
      response.setHeader("content-security-policy", "frame-ancestors 'none'");
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(page);
      return;
    }
    if (!pathname.startsWith("/api/")) return refuse(response, 404, `there is no ${pathname}`);
    if (!isToken(request.headers.authorization, token))
      return refuse(response, 401, "the token is missing or not this page's");
    answerApi(api, request, response).catch((error: unknown) => {
      const wire = toWireError(error);
      sendError(response, errorCodes[wire.code].httpStatus, wire);
    });
  });
  // Streams last as long as the page is open.
  server.requestTimeout = 0;
  await listen(server, port);
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${taken}/#token=${token}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}

const headers = {
  "cache-control": "no-store",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

function isOwnHost({ headers: { host } }: IncomingMessage, server: Server): boolean {
  const address = server.address() as AddressInfo | null; // null while it closes
  return host === `127.0.0.1:${address?.port}` || host === `localhost:${address?.port}`;
}

function isToken(given: string | undefined, token: string): boolean {
  const [left, right] = [Buffer.from(given ?? ""), Buffer.from(`Bearer ${token}`)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function refuse(response: ServerResponse, status: number, message: string): void {
  sendError(response, status, { code: "CONTROL_PROTOCOL", message });
}

function sendError(response: ServerResponse, status: number, error: object): void {
  if (response.headersSent) response.destroy();
  else
    response
      .writeHead(status, { "content-type": "application/json" })
      .end(JSON.stringify({ error }));
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      reject(
        cause.code === "EADDRINUSE"
          ? new ShakedownError("CLI_USAGE", `port ${port} is taken by another program`, {
              hint: "Leave --port out, to be given a free one.",
              cause,
            })
          : cause,
      );
    });
    server.listen(port, "127.0.0.1", resolve);
  });
}
