import { expect, test } from "vitest";
import { deletionOrder, type ForeignKey } from "../../../src/engines/postgres/catalogue.ts";

const table = (name: string): { schema: string; name: string } => ({ schema: "public", name });
const key = (from: string, to: string): ForeignKey => ({
  name: `${from}_${to}`,
  from: table(from),
  columns: ["x"],
  to: table(to),
  references: ["id"],
  deferrable: false,
});

test("whoever refers to others is deleted from first", () => {
  const order = deletionOrder(["cameras", "detections", "events", "zones"].map(table), [
    key("events", "cameras"),
    key("detections", "events"),
    key("zones", "cameras"),
    key("detections", "zones"),
  ]);
  const place = (name: string): number => order.tables.findIndex((each) => each.name === name);
  expect(place("detections")).toBeLessThan(place("events"));
  expect(place("events")).toBeLessThan(place("cameras"));
  expect(place("zones")).toBeLessThan(place("cameras"));
  expect(order.cycles).toEqual([]);
});

test("a table that refers to itself is no circle, two that refer to each other are", () => {
  const order = deletionOrder(["people", "teams", "members"].map(table), [
    key("people", "people"),
    key("teams", "members"),
    key("members", "teams"),
    key("members", "people"),
  ]);
  expect(order.cycles.map((cycle) => cycle.map((each) => each.name).toSorted())).toEqual([
    ["members", "teams"],
  ]);
  expect(order.tables.at(-1)?.name).toBe("people");
});
