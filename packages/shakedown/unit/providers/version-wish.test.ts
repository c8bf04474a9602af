import { expect, test } from "vitest";
import { parseVersionWish } from "../../src/providers/version-wish.ts";

test.each([
  ["7", ["7", "7.0.15", "7.4"], ["8.0", "6.2", "70.1"]],
  ["7.2", ["7.2", "7.2.4"], ["7.20", "7.0.15"]],
  ["10.11.x", ["10.11.19-MariaDB-0+deb12u1"], ["10.6.2"]],
  [">=10.6", ["10.6", "10.11.2", "11.4"], ["10.5.9", "8.4"]],
  [undefined, ["1", "of unknown version"], []],
])("the wish %s accepts %j and not %j", (text, yes, no) => {
  const wish = parseVersionWish(text);
  const accepts = (version: string): boolean => wish?.accepts(version) === true;
  expect(yes.filter((version) => !accepts(version))).toEqual([]);
  expect(no.filter(accepts)).toEqual([]);
});

test.each(["", "latest", "^16", "16 || 17", "v7"])("%j is no version", (text) => {
  expect(parseVersionWish(text)).toBeUndefined();
});
