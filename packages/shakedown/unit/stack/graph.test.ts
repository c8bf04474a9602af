import { describe, expect, test } from "vitest";
import {
  cyclesOf,
  dependentsOf,
  levelsOf,
  toGraph,
  withDependents,
  withNeeds,
} from "../../src/stack/graph.ts";

function graphOf(needs: Record<string, readonly string[]>) {
  return toGraph(Object.entries(needs).map(([name, list]) => ({ name, needs: list })));
}

const shop = graphOf({
  web: ["api"],
  api: ["db", "cache"],
  db: [],
  cache: [],
  mail: [],
  report: ["db", "nobody"],
});

describe("the graph of services", () => {
  test("has levels, in which everything may start at once", () => {
    expect(levelsOf(shop)).toEqual([["db", "cache", "mail"], ["api", "report"], ["web"]]);
  });

  test("gives what some services need, through others too", () => {
    expect(withNeeds(shop, ["web"])).toEqual(["web", "api", "db", "cache"]);
    expect(withNeeds(shop, ["mail", "report", "nobody"])).toEqual(["db", "mail", "report"]);
  });

  test("gives who needs a service, directly and through others", () => {
    expect(dependentsOf(shop, "db")).toEqual(["api", "report"]);
    expect(withDependents(shop, ["db"])).toEqual(["web", "api", "db", "report"]);
  });

  test("has no cycle unless a path leads back", () => {
    expect(cyclesOf(shop)).toEqual([]);
  });

  test("tells one shortest cycle for each knot, however many lead through it", () => {
    const knots = graphOf({
      start: ["a"],
      a: ["b", "c"],
      b: ["c"],
      c: ["a"],
      x: ["y"],
      y: ["x"],
      z: ["z"],
    });
    expect(cyclesOf(knots)).toEqual([
      ["a", "c", "a"],
      ["x", "y", "x"],
      ["z", "z"],
    ]);
    expect(levelsOf(knots)).toEqual([]);
  });
});
