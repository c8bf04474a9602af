import { ShakedownError } from "../errors/shakedown-error.ts";
import type { PageServed } from "./page-route.ts";
import type { SessionAddress } from "./session.ts";
import { callForLines } from "./wire.ts";

/** The live page of a supervisor, served as long as this is open. */
export interface ShownPage extends AsyncDisposable {
  /** For the browser: it holds the token. */
  readonly url: string;
  /** Settles when the supervisor is gone. */
  readonly ended: Promise<void>;
}

export async function showPage(
  { socket }: Pick<SessionAddress, "socket">,
  { port }: { readonly port?: number } = {},
): Promise<ShownPage> {
  const { lines, end } = await callForLines(socket, {
    method: "POST",
    path: "/page",
    body: port === undefined ? {} : { port },
  });
  const reader = lines[Symbol.asyncIterator]();
  const first = (await reader.next()).value as PageServed | undefined;
  if (first === undefined)
    throw new ShakedownError("SESSION_ENDED", "the supervisor ended before it served the page");
  return {
    url: first.url,
    ended: reader.next().then(() => {}),
    async [Symbol.asyncDispose]() {
      end();
    },
  };
}
