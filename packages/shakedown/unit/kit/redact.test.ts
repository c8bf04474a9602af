import { describe, expect, test } from "vitest";
import { redactor, secretsAmong } from "../../src/kit/redact.ts";

describe("redactor", () => {
  test("leaves passwords in URLs out, known or not", () => {
    const { text } = redactor();
    expect(
      text("to postgres://app:hunter2@db:5432/x and redis://:p%40ss@h:1, not http://a/b:c@d"),
    ).toBe("to postgres://app:***@db:5432/x and redis://:***@h:1, not http://a/b:c@d");
  });

  test("leaves known secrets out: as they stand, in a URL, in JSON", () => {
    const { text } = redactor(['pa"ss/word']);
    expect(text('pa"ss/word pa%22ss%2Fword {"p":"pa\\"ss/word"}')).toBe('*** *** {"p":"***"}');
  });

  test("leaves the longer of two out where one begins with the other, and takes more later", () => {
    const redact = redactor(["secret-one"]);
    redact.add(["secret-one-two"]);
    expect(redact.text("secret-one-two secret-one")).toBe("*** ***");
  });

  test("leaves short and well-known words alone", () => {
    expect(redactor(["ab", "", "postgres"]).text("postgres ab abc")).toBe("postgres ab abc");
  });

  test("gives JSON values back as JSON, the same one where nothing was left out", () => {
    const value = { a: ['x\n"y"', 1, null], url: "none" };
    expect(redactor(["hunter22"]).json(value)).toBe(value);
    expect(redactor(["hunter22"]).json({ a: ["my hunter22"], b: { c: "redis://:q@h" } })).toEqual({
      a: ["my ***"],
      b: { c: "redis://:***@h" },
    });
  });

  test("leaves numbers, names and kinds of JSON values as they are, whatever is secret", () => {
    const { json } = redactor(["123456", "started", "passed", "durationMs", "nabcdef"]);
    const event = {
      type: "test:started",
      durationMs: 12345678.5,
      result: { state: "passed", log: ["it started with 123456", "x\nabcdef"] },
    };
    expect(json(event)).toEqual({
      type: "test:started",
      durationMs: 12345678.5,
      result: { state: "passed", log: ["it *** with ***", "x\nabcdef"] },
    });
  });

  test("needs no more time for a line than its length", () => {
    const { text } = redactor();
    const long = `${"x".repeat(500_000)}://${":".repeat(100)}${"y".repeat(500_000)}`;
    expect(text(long)).toBe(long);
    expect(text("://".repeat(200_000))).toHaveLength(600_000);
  });
});

test("secrets are found by their names, and in URLs", () => {
  expect(
    secretsAmong({
      DB_PASSWORD: "one-pw",
      GITHUB_TOKEN: "two-tk",
      MY_API_KEY: "three-k",
      AWS_WEB_IDENTITY_TOKEN_FILE: "/run/secrets/token",
      SECRET_REFERENCE: "${{db.password}}",
      HOME: "/root",
      url: "postgres://u:fo%21ur@h/x",
      tokens: 5,
    }),
  ).toEqual(["one-pw", "two-tk", "three-k", "fo%21ur", "fo!ur"]);
});
