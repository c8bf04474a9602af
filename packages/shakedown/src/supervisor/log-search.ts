import type { LogQuery } from "./session.ts";

/** A question for logs as part of a path. */
export function toSearch(query: LogQuery): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) search.set(name, String(value));
  return search.toString();
}
