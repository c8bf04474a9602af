import { createHash, timingSafeEqual } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import { unauthorized } from "./errors.ts";

declare module "hono" {
  interface ContextVariableMap {
    /** Who asks, for the audit log. */
    readonly actor: string;
  }
}

/** Probes have no key. */
const open = new Set(["/", "/health", "/api/system/health", "/api/system/health/ready"]);

/** Lets in who sends one of the keys as `X-API-Key`. Without any keys, everybody. */
export function requireApiKey(keys: readonly string[]): MiddlewareHandler {
  return async (context, next) => {
    const given = context.req.header("x-api-key");
    if (keys.length > 0 && !open.has(context.req.path)) {
      if (given === undefined) throw unauthorized("The header X-API-Key is missing");
      if (!isKnownKey(keys, given)) throw unauthorized("The API key is not valid");
    }
    context.set("actor", given === undefined ? "anonymous" : keyName(given));
    await next();
  };
}

/** Takes the same time whatever of the key is right. */
export function isKnownKey(keys: readonly string[], given: string): boolean {
  const wanted = digest(given);
  return keys.filter((key) => timingSafeEqual(digest(key), wanted)).length > 0;
}

/** Tells keys apart without telling them. */
export function keyName(key: string): string {
  return `key:${digest(key).toString("hex").slice(0, 16)}`;
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
