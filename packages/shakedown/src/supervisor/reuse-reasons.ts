import type { ReusePart } from "../engines/reuse-part.ts";

/** A part of a service, or, without one, of all. */
export interface StackPart extends ReusePart {
  readonly service?: string;
}

/** Why what ran is not used, in words. */
export interface ReuseReason {
  readonly service?: string;
  /** "migration db/migrations/3.sql changed" */
  readonly text: string;
}

/** What changed between two generations of a stack: what all services share first, then by service. */
export function reasonsBetween(
  before: readonly StackPart[],
  after: readonly StackPart[],
): ReuseReason[] {
  const services = [...new Set([...after, ...before].map(({ service }) => service))];
  return services.flatMap((service) => {
    const own = (part: StackPart): boolean => part.service === service;
    const [old, now] = [before.filter(own), after.filter(own)];
    const named = service === undefined ? {} : { service };
    if (service !== undefined && old.length === 0) return [{ ...named, text: "is new" }];
    if (service !== undefined && now.length === 0) return [{ ...named, text: "was taken out" }];
    return changes(old, now).map((text) => ({ ...named, text }));
  });
}

/** "db: migration 3.sql changed" */
export function reasonText({ service, text }: ReuseReason): string {
  return service === undefined ? text : `${service}: ${text}`;
}

function changes(before: readonly ReusePart[], after: readonly ReusePart[]): string[] {
  const old = new Map(before.map((part) => [part.what, part]));
  const now = new Map(after.map((part) => [part.what, part]));
  return [
    ...after.flatMap((part) => {
      const known = old.get(part.what);
      if (known === undefined) return [`${part.what} is new`];
      return known.hash === part.hash ? [] : [changed(known, part)];
    }),
    ...before.filter(({ what }) => !now.has(what)).map(({ what }) => `${what} is gone`),
  ];
}

function changed(before: ReusePart, after: ReusePart): string {
  const { what } = after;
  if (before.shown === undefined || after.shown === undefined) return `${what} changed`;
  return before.shown === after.shown
    ? `another build of ${what} ${after.shown}`
    : `${what} changed from ${before.shown} to ${after.shown}`;
}
