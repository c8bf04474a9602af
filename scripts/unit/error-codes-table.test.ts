import { expect, test } from "vitest";
import { compareWithPage } from "../check-errors-page.ts";
import { withCodesTable } from "../error-codes-table.ts";

const place = `<!-- The table is written by npm run docs. -->\n<!-- End of the table. -->\n`;

test("the table has a row with exit status and meaning for each code, and is written once", () => {
  const page = withCodesTable(`# Errors\n\n${place}\nrest\n`);
  expect(page).toMatch(
    /\| \[`CLI_USAGE`\]\(#cli_usage\) +\| 2 +\| A command was called with an unknown flag/,
  );
  expect(page).toContain("\nrest\n");
  expect(withCodesTable(page)).toBe(page);
});

test("a page without the table, or with one of another day, is a finding", () => {
  const messages = (page: string) => compareWithPage(page).map(({ message }) => message);
  const stale = "has no table of all codes as they are now: run npm run docs";
  expect(messages("# Errors\n")).toContain(stale);
  expect(messages(withCodesTable(place).replace("| 2 ", "| 3 "))).toContain(stale);
  expect(messages(withCodesTable(place))).not.toContain(stale);
});
