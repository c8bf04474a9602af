import { placeOf } from "./place-of.ts";
import type { Problem } from "./plan.ts";

/** What belongs to the stack first, then service by service as they were declared, so that a reader goes through the file once. */
export function inOrder(problems: readonly Problem[], names: readonly string[]): Problem[] {
  const rank = ({ at }: Problem): number =>
    names.findIndex((name) => {
      const place = placeOf(name, []);
      return at === place || at.startsWith(`${place}.`) || at.startsWith(`${place}[`);
    });
  return problems.toSorted((left, right) => rank(left) - rank(right));
}
