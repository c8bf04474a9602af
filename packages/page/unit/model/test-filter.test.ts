import { expect, test } from "vitest";
import { toRunModel } from "../../src/model/run-model.ts";
import {
  filterTests,
  fromQuery,
  noFilter,
  toQuery,
  type TestFilter,
} from "../../src/model/test-filter.ts";
import { sampleRun } from "../sample-run.ts";

const { rows } = toRunModel(sampleRun({ tests: 120, failing: 9, skipped: 5, flaky: 2 }));
const shown = (filter: Partial<TestFilter>) => filterTests(rows, { ...noFilter, ...filter });

test("kinds are combined with and, values of one kind with or", () => {
  expect(shown({ states: ["failed", "flaky"] })).toHaveLength(11);
  const both = shown({ states: ["passed"], tags: ["critical"] });
  expect(both.length).toBeGreaterThan(0);
  expect(both.every(({ state, tags }) => state === "passed" && tags.includes("critical"))).toBe(
    true,
  );
});

test("words of a search must all be there; a word may be turned around", () => {
  const with404 = shown({ search: "404 detail" });
  expect(with404.every(({ name }) => name.includes("404") && name.includes("detail"))).toBe(true);
  expect(with404.length + shown({ search: "!404" }).length).toBe(rows.length);
});

test("a search names tags, files and states", () => {
  expect(shown({ search: "s:failed" })).toEqual(shown({ states: ["failed"] }));
  expect(shown({ search: "@critical" })).toEqual(shown({ tags: ["critical"] }));
  expect(
    shown({ search: 'f:"api/cameras"' }).every(({ file }) => file.includes("api/cameras")),
  ).toBe(true);
  expect(shown({ search: "!s:pass" }).some(({ state }) => state === "passed")).toBe(false);
});

test("the text of an error is found", () => {
  expect(shown({ search: '"did not answer"' }).every(({ state }) => state === "failed")).toBe(true);
  expect(shown({ search: '"did not answer"' }).length).toBeGreaterThan(0);
});

test("a suite has the suites inside it", () => {
  const inside = shown({ suites: ["cameras"] });
  expect(new Set(inside.map(({ suite }) => suite))).toEqual(
    new Set(["cameras", "cameras › with a full database"]),
  );
});

test("the slowest come first when asked", () => {
  const times = shown({ sort: "slowest" }).map(({ durationMs }) => durationMs);
  expect(times).toEqual(times.toSorted((left, right) => right - left));
});

test("a filter survives its way through an address", () => {
  const filter: TestFilter = {
    search: 'a "b c" & d=e #f % é',
    states: ["failed", "flaky"],
    files: ["tests/a&b.test.ts"],
    suites: ["one › two"],
    tags: ["<x>", "slow"],
    projects: ["suite"],
    sort: "slowest",
  };
  expect(fromQuery(toQuery(filter))).toEqual(filter);
  expect(toQuery(noFilter)).toBe("");
  expect(fromQuery("status=nonsense&sort=nonsense")).toEqual(noFilter);
});
