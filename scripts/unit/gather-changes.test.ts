import { describe, expect, test } from "vitest";
import { type Change, parseChange, toEntry } from "../gather-changes.ts";

describe("a change note", () => {
  test("has its kind on the first line and its text on one line in the changelog", () => {
    expect(parseChange("undo", "kind: feature\n\nTests are undone\nin a millisecond.\n")).toEqual({
      slug: "undo",
      kind: "feature",
      text: "Tests are undone in a millisecond.",
    });
  });

  test.each([
    ["kind: novelty\n\ntext", "kind: novelty"],
    ["text without a kind", "text without a kind"],
    ["kind: fix\n", "says nothing"],
  ])("%j is refused with the reason", (source, reason) => {
    expect(parseChange("a", source)).toContain(reason);
  });
});

test("an entry lists what breaks first and leaves out kinds without a change", () => {
  const changes: Change[] = [
    { slug: "b", kind: "fix", text: "Two." },
    { slug: "a", kind: "breaking", text: "One." },
  ];
  expect(toEntry("1.0.0", changes)).toBe(
    "## 1.0.0\n\n### Breaking\n\n- One.\n\n### Fixes\n\n- Two.",
  );
});
