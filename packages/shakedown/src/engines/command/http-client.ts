import { type JsonValue, ShakedownError } from "../../errors/shakedown-error.ts";
import { withinTest } from "../../kit/test-limit.ts";
import type { HttpTransport, RawResponse } from "./http-transport.ts";
import { toRequestBody } from "./request-body.ts";

export interface RequestOptions {
  /** Added to the client's own; an undefined value takes one of those away. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** @default 10000, or what is left of the test, if that is less */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

// A test states what it expects of a body; asking it to declare the type as well would only be noise.
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyBody = any;

export interface HttpResponse<Body = AnyBody> {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed where the content type says JSON, else the text. */
  readonly body: Body;
  readonly text: string;
  readonly bytes: Buffer;
  /** Parses the text whatever its content type. */
  json(): Body;
  /**
   * Gives the response itself when it has one of these statuses.
   *
   * @throws ShakedownError `REQUEST_FAILED` with the body and the service's log lines since the request
   */
  expectStatus(...wanted: readonly number[]): Promise<HttpResponse<Body>>;
}

/** Requests to one service. Every status is an answer, and redirects are not followed: both are what a test looks at. */
export interface HttpClient {
  readonly url: string;
  get<Body = AnyBody>(path: string, options?: RequestOptions): Promise<HttpResponse<Body>>;
  head(path: string, options?: RequestOptions): Promise<HttpResponse<string>>;
  /** A plain object, list, number, boolean or null is sent as JSON; text, bytes and forms as they are. */
  post<Body = AnyBody>(
    path: string,
    body?: unknown,
    options?: RequestOptions,
  ): Promise<HttpResponse<Body>>;
  put<Body = AnyBody>(
    path: string,
    body?: unknown,
    options?: RequestOptions,
  ): Promise<HttpResponse<Body>>;
  patch<Body = AnyBody>(
    path: string,
    body?: unknown,
    options?: RequestOptions,
  ): Promise<HttpResponse<Body>>;
  delete<Body = AnyBody>(
    path: string,
    options?: RequestOptions & { readonly body?: unknown },
  ): Promise<HttpResponse<Body>>;
  request<Body = AnyBody>(
    method: string,
    path: string,
    options?: RequestOptions & { readonly body?: unknown },
  ): Promise<HttpResponse<Body>>;
  /** The same client with these headers on each request: `api.with({ authorization: "Bearer …" })`. */
  with(headers: Readonly<Record<string, string>>): HttpClient;
}

export interface HttpClientOptions {
  /** The subject of messages: the service's name. */
  readonly title: string;
  /** Asked before each request, since a restart may change it. */
  readonly url: () => string;
  readonly transport: HttpTransport;
  readonly headers?: Readonly<Record<string, string>>;
  /** The service's log lines since a moment, newest last, at most so many. */
  readonly logLines?: (sinceEpochMs: number, most: number) => Promise<readonly string[]>;
}

const defaultTimeoutMs = 10_000;

export function httpClient(options: HttpClientOptions): HttpClient {
  async function request<Body>(
    method: string,
    path: string,
    requestOptions: RequestOptions & { readonly body?: unknown } = {},
  ): Promise<HttpResponse<Body>> {
    const sentEpochMs = Date.now();
    const url = toUrl(options.url(), path, requestOptions.query);
    const { bytes, type } = await toRequestBody(requestOptions.body);
    const headers: Record<string, string> = {
      accept: "application/json, */*;q=0.5",
      ...(type === undefined ? {} : { "content-type": type }),
    };
    for (const [name, value] of Object.entries({ ...options.headers, ...requestOptions.headers })) {
      if (value === undefined) delete headers[name.toLowerCase()];
      else headers[name.toLowerCase()] = value;
    }
    const tell = async (
      message: string,
      cause?: unknown,
      more: Record<string, JsonValue> = {},
    ): Promise<ShakedownError> => {
      // Without its log the failure is still told.
      const logTail = (await options.logLines?.(sentEpochMs - 1000, 20).catch(() => [])) ?? [];
      const log =
        logTail.length === 0
          ? ""
          : `\nlast log lines of ${options.title}:\n${logTail.map((line) => `  ${line}`).join("\n")}`;
      return new ShakedownError(
        "REQUEST_FAILED",
        `${method} ${url.pathname}${url.search} to ${options.title} ${message}${log}`,
        {
          hint: `Read its log: shakedown logs ${options.title}`,
          details: { url: url.href, ...more, logTail },
          cause,
        },
      );
    };
    const { timeoutMs = withinTest(defaultTimeoutMs), signal } = requestOptions;
    try {
      const raw = await withLimit(timeoutMs, signal, (stop) =>
        options.transport({ method, url, headers, body: bytes, signal: stop }),
      );
      return toResponse<Body>(raw, tell);
    } catch (cause) {
      signal?.throwIfAborted();
      throw await tell(describeFailure(cause, timeoutMs), cause);
    }
  }

  return {
    get url() {
      return options.url();
    },
    request,
    get: (path, more) => request("GET", path, more),
    head: (path, more) => request("HEAD", path, more),
    post: (path, body, more) => request("POST", path, { ...more, body }),
    put: (path, body, more) => request("PUT", path, { ...more, body }),
    patch: (path, body, more) => request("PATCH", path, { ...more, body }),
    delete: (path, more) => request("DELETE", path, more),
    with: (headers) => httpClient({ ...options, headers: { ...options.headers, ...headers } }),
  };
}

/** A base URL with a path keeps it: `/users` on `http://host/api` is `/api/users`. */
export function toUrl(base: string, path: string, query: RequestOptions["query"] = {}): URL {
  const absolute = /^[a-z]+:\/\//i.test(path);
  const url = new URL(absolute ? path : `${base.replace(/\/+$/, "")}/${path.replace(/^\/+/, "")}`);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url;
}

async function withLimit<Value>(
  timeoutMs: number,
  signal: AbortSignal | undefined,
  act: (stop: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), timeoutMs);
  try {
    return await act(signal === undefined ? limit.signal : AbortSignal.any([signal, limit.signal]));
  } finally {
    clearTimeout(timer);
  }
}

type Tell = (
  message: string,
  cause?: unknown,
  more?: Record<string, JsonValue>,
) => Promise<ShakedownError>;

function toResponse<Body>(
  { status, rawHeaders, bytes }: RawResponse,
  tell: Tell,
): HttpResponse<Body> {
  const text = bytes.toString("utf8");
  let headers: Headers | undefined;
  const response: HttpResponse<Body> = {
    status,
    get headers() {
      return (headers ??= toHeaders(rawHeaders));
    },
    body: (/\bjson\b/.test(contentType(rawHeaders)) ? tryParse(text) : text) as Body,
    text,
    bytes,
    json: () => JSON.parse(text) as Body,
    async expectStatus(...wanted) {
      if (wanted.includes(status)) return response;
      throw await tell(
        `answered ${status}, expected ${wanted.join(" or ")}: ${text.slice(0, 2000)}`,
        undefined,
        { status },
      );
    },
  };
  return response;
}

function contentType(rawHeaders: readonly string[]): string {
  const at = rawHeaders.findIndex(
    (text, index) => index % 2 === 0 && text.toLowerCase() === "content-type",
  );
  return at === -1 ? "" : (rawHeaders[at + 1] ?? "");
}

function toHeaders(rawHeaders: readonly string[]): Headers {
  const headers = new Headers();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2)
    headers.append(rawHeaders[index] ?? "", rawHeaders[index + 1] ?? "");
  return headers;
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // The test gets the text, which shows what is wrong with it.
    return text;
  }
}

function describeFailure(cause: unknown, timeoutMs: number): string {
  const { code, name, message } = cause as NodeJS.ErrnoException;
  if (name === "AbortError") return `was not answered after ${timeoutMs} ms`;
  if (code === "ECONNREFUSED") return "was refused: nothing listens there";
  return `got no answer: ${message}`;
}
