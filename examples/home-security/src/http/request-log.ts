import type { MiddlewareHandler } from "hono";

/** `GET /api/events?limit=10 200 3 ms` */
export const logRequests: MiddlewareHandler = async (context, next) => {
  const startedMs = performance.now();
  await next();
  const { pathname, search } = new URL(context.req.url);
  const tookMs = Math.round(performance.now() - startedMs);
  console.log(`${context.req.method} ${pathname}${search} ${context.res.status} ${tookMs} ms`);
};
