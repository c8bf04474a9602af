import { computed, signal } from "@preact/signals";
import { fromQuery, noFilter, type TestFilter, toQuery } from "../model/test-filter.ts";

export const views = [
  "overview",
  "tests",
  "services",
  "workers",
  "slowest",
  "isolation",
  "live",
] as const;
export type View = (typeof views)[number];

export interface Route {
  readonly view: View;
  /** One test, one service. */
  readonly id?: string;
  readonly filter: TestFilter;
}

/** `#/tests?status=failed`, `#/tests/<id>`: every view has an address. */
export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const [first = "", id = ""] = path.split("/").map(decoded);
  const view = views.find((name) => name === first) ?? "overview";
  return { view, ...(id === "" ? {} : { id }), filter: fromQuery(query) };
}

export function toHash({ view, id, filter }: Partial<Route> & Pick<Route, "view">): string {
  const query = toQuery(filter ?? noFilter);
  const path = id === undefined ? `#/${view}` : `#/${view}/${encodeURIComponent(id)}`;
  return query === "" ? path : `${path}?${query}`;
}

export const route = signal<Route>(parseRoute(location.hash));
export const view = computed(() => route.value.view);
export const filter = computed(() => route.value.filter);

addEventListener("hashchange", () => {
  route.value = parseRoute(location.hash);
});

export function go(to: Partial<Route> & Pick<Route, "view">): void {
  location.hash = toHash(to);
}

/** Typing in the search field makes no history. */
export function changeFilter(change: Partial<TestFilter>): void {
  const to = toHash({ view: "tests", filter: { ...filter.peek(), ...change } });
  history.replaceState(history.state, "", to);
  route.value = parseRoute(to);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // Somebody typed a lone percent sign.
    return part;
  }
}
