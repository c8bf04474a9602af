import { expect, test } from "vitest";
import { csvHeader } from "../../../../src/engines/postgres/seed/csv-header.ts";

test.each([
  ["id,name\n1,a", ["id", "name"]],
  ['"a ""b""","c, d",e\r\n', ['a "b"', "c, d", "e"]],
  ["id", ["id"]],
])("%j names %j", (text, columns) => {
  expect(csvHeader(text)).toEqual(columns);
});
