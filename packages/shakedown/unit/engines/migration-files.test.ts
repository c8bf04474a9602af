import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";
import { compareNames, migrationFiles, upPart } from "../../src/engines/migration-files.ts";

test.each([
  [
    "plain files",
    ["10_c.sql", "2_b.sql", "001_a.sql", "notes.md"],
    ["001_a.sql", "2_b.sql", "10_c.sql"],
  ],
  [
    "pairs",
    ["1_a.up.sql", "1_a.down.sql", "2_b.up.sql", "2_b.down.sql"],
    ["1_a.up.sql", "2_b.up.sql"],
  ],
  [
    "Prisma's folders",
    ["20240102_b/migration.sql", "20240101_a/migration.sql", "migration_lock.toml"],
    ["20240101_a/migration.sql", "20240102_b/migration.sql"],
  ],
  [
    "Drizzle's folder",
    ["0001_b.sql", "0000_a.sql", "meta/_journal.json"],
    ["0000_a.sql", "0001_b.sql"],
  ],
  ["Flyway's names", ["V10__c.sql", "V2__b.sql", "U2__b.sql"], ["V2__b.sql", "V10__c.sql"]],
])("%s run in their order", async (_layout, files, wanted) => {
  const folder = await mkdtemp(join(tmpdir(), "shakedown-files-"));
  try {
    for (const file of files) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), "");
    }
    expect((await migrationFiles(folder)).map((file) => relative(folder, file))).toEqual(wanted);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("digits compare as numbers, and equal numbers by their text", () => {
  expect(["a10", "a9", "a", "b1", "a09"].sort(compareNames)).toEqual([
    "a",
    "a09",
    "a9",
    "a10",
    "b1",
  ]);
});

test("only the upward part of a file with both directions is left, on its own lines", () => {
  expect(upPart("-- migrate:up\ncreate table a();\n-- migrate:down\ndrop table a;\n")).toBe(
    "-- migrate:up\ncreate table a();\n\n\n",
  );
  expect(upPart("-- +goose Down\ndrop table a;\n-- +goose Up\ncreate table a();")).toBe(
    "\n\n-- +goose Up\ncreate table a();",
  );
  expect(upPart("-- a comment\nselect 1; -- migrate:down")).toBe(
    "-- a comment\nselect 1; -- migrate:down",
  );
});
