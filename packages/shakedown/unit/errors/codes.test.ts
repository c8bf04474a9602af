import { describe, expect, test } from "vitest";
import { errorCodes } from "../../src/errors/codes.ts";

describe("the table of error codes", () => {
  test("is sorted, so that a new row has one place", () => {
    const codes = Object.keys(errorCodes);
    expect(codes).toEqual([...codes].sort());
  });

  test.each(Object.entries(errorCodes))(
    "%s says an area, a status, and what it means in a sentence",
    (code, row) => {
      expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
      expect(row.httpStatus).toBeGreaterThanOrEqual(400);
      expect(row.httpStatus).toBeLessThan(600);
      expect(row.meaning).toMatch(/^[A-Z].*\.$/);
    },
  );

  test("never answers a user's mistake as if the server had failed", () => {
    const mistakes = Object.values(errorCodes).filter(({ exit }) => exit === 2);
    expect(mistakes.filter(({ httpStatus }) => httpStatus >= 500)).toEqual([]);
  });
});
