import { expect, test } from "vitest";
import { nameRules } from "../../src/engines/postgres/name-rules.ts";
import { defaultPattern, fillPattern, patternProblem } from "../../src/engines/database-name.ts";

test("a pattern fills in the slot, the generation and whoever shares the server", () => {
  expect(fillPattern("shop_test_{slot}", { slot: 3, generation: 0 }, nameRules)).toBe(
    "shop_test_3",
  );
  expect(fillPattern("shop_test_{slot}", { slot: 0, generation: 2 }, nameRules)).toBe(
    "shop_test_0_r2",
  );
  expect(
    fillPattern("shop_test_{slot}", { slot: 0, generation: 0, owner: "0123456789" }, nameRules),
  ).toBe("shop_test_0_0123456789");
});

test("a name that an owner makes too long is cut to 63 bytes and stays unlike others", () => {
  const names = ["a", "b"].map((end) =>
    fillPattern(
      `${"é".repeat(28)}${end}{slot}`,
      { slot: 0, generation: 0, owner: "0123456789" },
      nameRules,
    ),
  );
  for (const name of names) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
  expect(names[0]).not.toBe(names[1]);
});

test("the default is made of the service's name", () => {
  expect(defaultPattern("mainDb", "slot")).toBe("main_db_test_{slot}");
  expect(defaultPattern("mainDb", "run")).toBe("main_db_test");
});

test.each([
  ["shop_test", "slot", /same for every slot/],
  ["shop_{slot}", "run", /one for the whole run/],
  ["shop_{worker}", "slot", /only \{slot\} is filled in/],
  ["é".repeat(30) + "{slot}", "slot", /names of up to 67 bytes/],
  ["postgres", "run", /the server itself uses/],
])("%s for a %s is refused", (pattern, per, message) => {
  expect(patternProblem(pattern, per, nameRules)?.message).toMatch(message);
});

test("quotes, blanks and other letters are welcome", () => {
  expect(patternProblem('Über "shop" {slot}', "slot", nameRules)).toBeUndefined();
});
