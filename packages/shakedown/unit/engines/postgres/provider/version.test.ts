import { expect, test } from "vitest";
import {
  parseVersion,
  parsePostgresWish,
} from "../../../../src/engines/postgres/provider/version.ts";

test.each([
  [undefined, [15, 18], [14]],
  ["16", [16], [15, 17]],
  [">=16", [16, 18], [15]],
  [">= 17", [17], [16]],
])("the wish %s accepts %j and not %j", (wish, yes, no) => {
  const parsed = parsePostgresWish(wish);
  for (const major of yes) expect(parsed?.accepts(`${major}.2`)).toBe(true);
  for (const major of no) expect(parsed?.accepts(`${major}.2`)).toBe(false);
});

test("a minor version is kept", () => {
  expect(parsePostgresWish("16.3")?.accepts("16.3")).toBe(true);
  expect(parsePostgresWish("16.3")?.accepts("16.4")).toBe(false);
  expect(parsePostgresWish("16.x")?.accepts("16.4")).toBe(true);
  expect(parsePostgresWish(">=16.3")?.accepts("16.2")).toBe(false);
});

test.each(["", "latest", "14", "9.6", "16beta", "^16", "16 || 17"])("%j is no version", (text) => {
  expect(parsePostgresWish(text)).toBeUndefined();
});

test("versions are read from what programs and packages say", () => {
  expect(parseVersion("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)")).toEqual({
    major: 15,
    minor: 18,
  });
  expect(parseVersion("postgres (PostgreSQL) 19devel")).toEqual({ major: 19, minor: 0 });
  expect(parseVersion("18.4.0-beta.17")).toEqual({ major: 18, minor: 4 });
  expect(parseVersion("nothing")).toBeUndefined();
});
