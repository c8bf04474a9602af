import { openPgClient } from "../driver.ts";
import type { VersionWish } from "../../../providers/version-wish.ts";
import { commonDatabase } from "./claim.ts";
import { urlProblem } from "../../url-for-tests.ts";
import { postgresUrls } from "./postgres-urls.ts";

export interface ServerLook {
  readonly url: string;
  readonly wish: VersionWish;
  readonly extensions: readonly string[];
}

const connectTimeoutMs = 2000;

/** The version of a server that runs already, or why it is not taken: no answer, another version, a missing extension. */
export async function lookAtServer({
  url,
  wish,
  extensions,
}: ServerLook): Promise<{ readonly version: string } | { readonly passedOver: string }> {
  const server = new URL(url);
  const shown = server.host || "the local socket";
  server.pathname = `/${commonDatabase}`;
  try {
    const client = await openPgClient(server.href, {
      applicationName: "shakedown",
      connectTimeoutMs,
    });
    try {
      const { rows } = await client.query<{ number: number; missing: string | null }>(
        `select current_setting('server_version_num')::int as number,
                (select string_agg(w, ', ') from unnest($1::text[]) w where w not in (select name from pg_available_extensions)) as missing`,
        [extensions],
      );
      const { number = 0, missing = null } = rows[0] ?? {};
      const version = `${Math.floor(number / 10_000)}.${number % 10_000}`;
      if (!wish.accepts(version))
        return { passedOver: `${shown} is version ${version}, not ${wish.text}` };
      return missing === null
        ? { version: `postgres ${version}` }
        : { passedOver: `${shown} has no extension ${missing}` };
    } finally {
      await client.end();
    }
  } catch (error) {
    return { passedOver: `${shown} let nobody in: ${(error as Error).message}` };
  }
}

/** `local` is a guess about somebody's own server: it has to be on this machine, and its database to say test. */
export function localProblem(
  url: string,
): { readonly message: string; readonly hint: string } | undefined {
  const problem = urlProblem(url, postgresUrls, false);
  if (problem !== undefined) {
    return { ...problem, hint: "Write postgresql://user:password@localhost:5432/app_test" };
  }
  const host = new URL(url).hostname;
  if (["", "localhost", "127.0.0.1", "[::1]"].includes(host)) return undefined;
  return {
    message: `names ${host}, which is not this machine`,
    hint: "Name a server that has to be there with url",
  };
}
