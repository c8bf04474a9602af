import { describe, expect, test } from "vitest";
import { groups, pickGroups } from "../test-groups.ts";

function picked(...argv: string[]): { readonly names: string[]; readonly rest: readonly string[] } {
  const { wanted, vitestArguments } = pickGroups(argv);
  return { names: wanted.map(({ name }) => name), rest: vitestArguments };
}

describe("what npm test runs", () => {
  test("without a word: every group", () => {
    expect(picked().names).toEqual(groups.map(({ name }) => name));
  });

  test("with a group's name: that group", () => {
    expect(picked("unit")).toEqual({ names: ["unit"], rest: [] });
    expect(picked("unit", "e2e").names).toEqual(["unit", "e2e"]);
  });

  test("with a path: its group, and Vitest gets the path as its folder sees it", () => {
    expect(picked("unit/kit")).toEqual({ names: ["unit"], rest: ["unit/kit"] });
    expect(picked("packages/shakedown/service/redis")).toEqual({
      names: ["service"],
      rest: ["service/redis"],
    });
    expect(picked("packages/page/unit/model")).toEqual({ names: ["page"], rest: ["unit/model"] });
    expect(picked("examples/home-security/tests/a.test.ts")).toEqual({
      names: ["example"],
      rest: ["tests/a.test.ts"],
    });
  });

  test("with flags: Vitest gets them", () => {
    expect(picked("unit", "-t", "a claim")).toEqual({ names: ["unit"], rest: ["-t", "a claim"] });
  });
});
