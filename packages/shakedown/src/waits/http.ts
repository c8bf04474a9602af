import { request as requestHttps } from "node:https";
import { request as requestHttp } from "../kit/node-http.ts";
import type { LookContext, Seen } from "./look.ts";

/** Ready once the URL answers with one of the statuses (any of 200 to 399 when none is named). A path is the service's own. */
export async function lookAtHttp(
  { url, status }: { url: string; status?: readonly number[] },
  { outputs, signal }: LookContext,
): Promise<Seen> {
  const target = toUrl(url, outputs);
  if (target === undefined)
    return {
      ready: false,
      saw: `${url} is no URL, and no port or URL of the service is known yet`,
    };
  const answers: string[] = [];
  for (const host of target.hostname === "localhost" ? ["127.0.0.1", "::1"] : [target.hostname]) {
    const answer = await ask(target, host, signal);
    const isWanted =
      typeof answer === "number" &&
      (status === undefined ? answer >= 200 && answer < 400 : status.includes(answer));
    if (isWanted) return { ready: true, outputs: host === "::1" ? { host } : {} };
    answers.push(typeof answer === "number" ? `${host} answered ${answer}` : `${host} ${answer}`);
  }
  return { ready: false, saw: answers.join(", ") };
}

function toUrl(url: string, outputs: LookContext["outputs"]): URL | undefined {
  const port = outputs["ports.http"] ?? outputs["port"];
  const base = outputs["url"] ?? (port === undefined ? undefined : `http://localhost:${port}`);
  return URL.parse(url, base) ?? undefined;
}

function ask(target: URL, host: string, signal: AbortSignal): Promise<number | string> {
  const request = target.protocol === "https:" ? requestHttps : requestHttp;
  return new Promise((resolve) => {
    const asking = request(
      {
        host: host.replaceAll(/[[\]]/g, ""),
        port: target.port,
        path: `${target.pathname}${target.search}`,
        headers: { host: target.host, connection: "close" },
        timeout: 5000,
        signal,
        // A certificate made for tests is nobody's concern here.
        rejectUnauthorized: false,
      },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    asking.once("timeout", () => asking.destroy(new Error("did not answer in 5000 ms")));
    asking.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    asking.end();
  });
}
