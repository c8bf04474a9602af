import { expect, test } from "vitest";
import { splitSql } from "../../../../src/engines/postgres/migrate/split-sql.ts";

const texts = (sql: string): string[] => splitSql(sql).map(({ text }) => text);

test("semicolons end statements only outside of strings, bodies, comments and parentheses", () => {
  expect(texts("select ';'; select \"a;b\" ;; select $x$ ; $$ ; $x$;")).toEqual([
    "select ';'",
    'select "a;b" ',
    "select $x$ ; $$ ; $x$",
  ]);
  expect(texts("select 1 -- no; end\n; /* a; /* nested; */ b; */ select 2")).toEqual([
    "select 1 -- no; end\n",
    "select 2",
  ]);
  expect(texts(String.raw`select E'it\'s; on', 'plain\'; select 2`)).toEqual([
    String.raw`select E'it\'s; on', 'plain\'`,
    "select 2",
  ]);
  expect(
    texts("create rule r as on insert to t do also (delete from a; delete from b); select 1"),
  ).toHaveLength(2);
  expect(texts("select 'it''s; one'; select $1; select a$b$c from t;")).toHaveLength(3);
});

test("bodies of SQL-standard functions stay whole", () => {
  const body =
    "create function f() returns int language sql begin atomic select case when true then 1 else 2 end; select 3; end";
  expect(texts(`${body}; select 4;`)).toEqual([body, "select 4"]);
  expect(texts("begin; select 1; end;")).toEqual(["begin", "select 1", "end"]);
});

test("data after COPY goes with its statement, and lines for psql stand alone", () => {
  const found = splitSql(
    "\\restrict x\nCOPY t (a) FROM stdin;\n1;\n\\\\.\n\\.\nselect 2;\ncopy t from stdin;\n\\.\n",
  );
  expect(found.map(({ text, copyData, metaCommand }) => ({ text, copyData, metaCommand }))).toEqual(
    [
      { text: "\\restrict x", copyData: undefined, metaCommand: "\\restrict x" },
      { text: "COPY t (a) FROM stdin", copyData: "1;\n\\\\.\n", metaCommand: undefined },
      { text: "select 2", copyData: undefined, metaCommand: undefined },
      { text: "copy t from stdin", copyData: "", metaCommand: undefined },
    ],
  );
});

test("each statement knows where it starts", () => {
  const sql = "-- first\nselect 1;\n\n  select 2";
  expect(splitSql(sql).map(({ start }) => sql.slice(start, start + 8))).toEqual([
    "select 1",
    "select 2",
  ]);
});

test("nothing but comments and blanks is no statement", () => {
  expect(splitSql(" \n-- a\n/* b */ ;; \n")).toEqual([]);
});
