import type { WireError } from "../../../shakedown/src/errors/shakedown-error.ts";

/** Refused for its token: asking again does not help. */
export class Refused extends Error {}

/** What the supervisor answered instead of doing it. */
export class Failed extends Error {
  readonly hint: string | undefined;

  constructor({ message, hint }: Pick<WireError, "message" | "hint">) {
    super(message);
    this.hint = hint;
  }
}

export interface Api {
  get(path: string, signal?: AbortSignal): Promise<unknown>;
  post(path: string): Promise<void>;
  /** The lines of an answer that goes on; ends when the other side hangs up, throws when it cannot be reached. */
  lines(path: string, signal: AbortSignal): AsyncGenerator<string, void>;
}

/** Longer than two of the supervisor's signs of life. */
const silenceMs = 40_000;

/** Asks the server that the page came from, unless another is named. */
export function openApi(token: string, server = ""): Api {
  const ask = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const response = await fetch(`${server}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${token}` },
      cache: "no-store",
    });
    if (response.ok) return response;
    if (response.status === 401 || response.status === 403) throw new Refused();
    throw new Failed(await errorOf(response));
  };
  return {
    get: async (path, signal) => (await ask(path, signal === undefined ? {} : { signal })).json(),
    post: async (path) => void (await ask(path, { method: "POST" })),
    async *lines(path, signal) {
      const silent = new AbortController();
      let timer = setTimeout(() => silent.abort(), silenceMs);
      try {
        const { body } = await ask(path, { signal: AbortSignal.any([signal, silent.signal]) });
        if (body === null) return;
        let rest = "";
        for await (const part of body.pipeThrough(new TextDecoderStream())) {
          clearTimeout(timer);
          timer = setTimeout(() => silent.abort(), silenceMs);
          const lines = (rest + part).split("\n");
          rest = lines.pop() ?? "";
          for (const line of lines) if (line !== "") yield line;
        }
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

async function errorOf(response: Response): Promise<Pick<WireError, "message" | "hint">> {
  try {
    const { error } = (await response.json()) as { error: WireError };
    return error;
  } catch {
    // Not an answer of the supervisor's.
    return { message: `the answer was ${response.status} ${response.statusText}` };
  }
}
