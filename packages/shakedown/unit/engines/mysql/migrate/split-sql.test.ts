import { expect, test } from "vitest";
import { splitSql } from "../../../../src/engines/mysql/migrate/split-sql.ts";

const texts = (sql: string) => splitSql(sql).map(({ text }) => text);

test("statements end at semicolons outside of strings, names and comments", () => {
  expect(
    texts(
      'insert into a values (\'x; y\', "it\\"s; z", `odd;name`); -- c; d\n# e; f\nselect 2 /* ; */;',
    ),
  ).toEqual(['insert into a values (\'x; y\', "it\\"s; z", `odd;name`)', "select 2 /* ; */"]);
  expect(texts("select 'a''b;c'; select 1--1;")).toEqual(["select 'a''b;c'", "select 1--1"]);
});

test("DELIMITER changes what ends a statement, as for the client", () => {
  expect(
    texts(
      "delimiter //\ncreate procedure p() begin select 1; select 2; end //\nDELIMITER ;\nselect 3;",
    ),
  ).toEqual(["create procedure p() begin select 1; select 2; end", "select 3"]);
});

test("comments that servers run are statements, others are none", () => {
  expect(texts("/*!40101 set names utf8 */;\n/* only; words */\n-- nothing\n")).toEqual([
    "/*!40101 set names utf8 */",
  ]);
});

test("the last statement needs no end, and positions are those of the file", () => {
  expect(splitSql("\n\n select 1 ;\nselect 2\n")).toEqual([
    { text: "select 1", start: 3 },
    { text: "select 2", start: 14 },
  ]);
  expect(splitSql(" \n")).toEqual([]);
});
