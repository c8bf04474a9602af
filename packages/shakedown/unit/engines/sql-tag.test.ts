import { expect, test } from "vitest";
import { sqlStyle } from "../../src/engines/postgres/driver.ts";
import { sqlTag } from "../../src/engines/sql-tag.ts";

const sent: { text: string; values: unknown[] }[] = [];
const sql = sqlTag(sqlStyle, async (text, values) => {
  sent.push({ text, values });
  return [];
});

test("what is interpolated is bound, never written", async () => {
  await sql`select * from people where name = ${"'; drop table people"} and age > ${3}`;
  expect(sent.at(-1)).toEqual({
    text: "select * from people where name = $1 and age > $2",
    values: ["'; drop table people", 3],
  });
});

test("parts and names nest, and parameters are numbered through", async () => {
  const only = sql.part`where ${sql.id('Na"me')} = ${"a"}`;
  await sql`update ${sql.id("audit", "people")} set x = ${1} ${only} and y = ${2}`;
  expect(sent.at(-1)).toEqual({
    text: 'update "audit"."people" set x = $1 where "Na""me" = $2 and y = $3',
    values: [1, "a", 2],
  });
});
