import { openPgClient } from "../driver.ts";
import type { VersionWish } from "../provider/version.ts";
import { commonDatabase } from "./claim.ts";
import { urlProblem } from "./url-for-tests.ts";

export interface LocalLook {
  readonly url: string;
  readonly wish: VersionWish;
  readonly extensions: readonly string[];
}

const connectTimeoutMs = 2000;

/** Why the server that may run on this machine is not taken; undefined when it answers and has what is wanted. */
export async function whyNotLocal({
  url,
  wish,
  extensions,
}: LocalLook): Promise<string | undefined> {
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
      const version = { major: Math.floor(number / 10_000), minor: number % 10_000 };
      if (!wish.accepts(version))
        return `${shown} is version ${version.major}.${version.minor}, not ${wish.text}`;
      return missing === null ? undefined : `${shown} has no extension ${missing}`;
    } finally {
      await client.end();
    }
  } catch (error) {
    return `${shown} let nobody in: ${(error as Error).message}`;
  }
}

/** `local` is a guess about somebody's own server: it has to be on this machine, and its database to say test. */
export function localProblem(
  url: string,
): { readonly message: string; readonly hint: string } | undefined {
  const problem = urlProblem(url, false);
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
