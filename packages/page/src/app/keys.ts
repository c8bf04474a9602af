import type { TestRow } from "../model/run-model.ts";
import { copyText } from "../parts/copy-text.ts";
import { changeFilter, filter, go, route } from "../state/route.ts";
import { model, shownTests } from "../state/run.ts";
import { searchIsWanted, selectedTest } from "../state/selection.ts";
import { helpIsOpen } from "./help.tsx";

export function listenToKeys(): () => void {
  addEventListener("keydown", onKey);
  return () => removeEventListener("keydown", onKey);
}

function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || helpIsOpen.value) return;
  const inField =
    event.target instanceof HTMLElement && event.target.matches("input, select, textarea");
  if (event.key === "Escape") return escape(event, inField);
  if (inField) {
    if (event.target instanceof HTMLElement && event.target.id === "search") inSearch(event);
    return;
  }
  const act = actions[event.key];
  if (act === undefined) return;
  // Enter on a link or button is the browser's.
  if (
    event.key === "Enter" &&
    event.target instanceof HTMLElement &&
    event.target.closest("a, button, summary")
  )
    return;
  event.preventDefault();
  act();
}

const actions: Readonly<Record<string, () => void>> = {
  "/": () => {
    if (!onList()) go({ view: "tests", filter: filter.value });
    searchIsWanted.value = true;
  },
  j: () => step(1),
  ArrowDown: () => (onList() ? step(1) : scrollBy({ top: 60 })),
  k: () => step(-1),
  ArrowUp: () => (onList() ? step(-1) : scrollBy({ top: -60 })),
  f: () => failure(1),
  F: () => failure(-1),
  Enter: openSelected,
  "?": () => (helpIsOpen.value = true),
  o: () => go({ view: "overview" }),
  t: () => go({ view: "tests" }),
  s: () => go({ view: "services" }),
  w: () => go({ view: "workers" }),
  c: () => {
    const row = model.value.byId.get(route.value.id ?? selectedTest.value ?? "");
    if (row !== undefined) void copyText(row.rerun);
  },
};

function escape(event: KeyboardEvent, inField: boolean): void {
  if (inField && event.target instanceof HTMLElement) {
    if (event.target.id === "search" && filter.value.search !== "") changeFilter({ search: "" });
    else event.target.blur();
  } else if (route.value.view === "tests" && route.value.id !== undefined) {
    go({ view: "tests", filter: filter.value });
  } else if (onList()) selectedTest.value = undefined;
}

function inSearch(event: KeyboardEvent): void {
  if (event.key === "ArrowDown") {
    event.preventDefault();
    searchField()?.blur();
    step(1);
  } else if (event.key === "Enter" && shownTests.value.length === 1) openRow(shownTests.value[0]);
}

function onList(): boolean {
  return route.value.view === "tests" && route.value.id === undefined;
}

function searchField(): HTMLInputElement | null {
  return document.querySelector<HTMLInputElement>("#search");
}

function openSelected(): void {
  if (onList()) openRow(shownTests.value.find(({ id }) => id === selectedTest.value));
}

function openRow(row: TestRow | undefined): void {
  if (row !== undefined) go({ view: "tests", id: row.id, filter: filter.value });
}

/** On the list the mark moves, on a test's page the page. */
function step(by: number): void {
  if (route.value.view !== "tests") return;
  const tests = shownTests.value;
  const at = tests.findIndex(({ id }) => id === (route.value.id ?? selectedTest.value));
  const next = at === -1 ? tests[by > 0 ? 0 : tests.length - 1] : tests[at + by];
  if (next === undefined) return;
  if (onList()) selectedTest.value = next.id;
  else openRow(next);
}

function failure(by: number): void {
  const tests = shownTests.value.some(({ state }) => state === "failed")
    ? shownTests.value
    : model.value.rows;
  const at = tests.findIndex(({ id }) => id === (route.value.id ?? selectedTest.value));
  const order =
    by > 0
      ? [...tests.slice(at + 1), ...tests.slice(0, at + 1)]
      : [
          ...tests.slice(0, Math.max(0, at)).toReversed(),
          ...tests.slice(Math.max(0, at)).toReversed(),
        ];
  openRow(order.find(({ state }) => state === "failed"));
}
