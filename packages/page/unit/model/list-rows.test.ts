import { expect, test } from "vitest";
import { listRows } from "../../src/model/list-rows.ts";
import { toRunModel } from "../../src/model/run-model.ts";
import { sampleRun } from "../sample-run.ts";

const { rows } = toRunModel(sampleRun({ tests: 48, failing: 3 }));

test("each file and each suite has one heading, in front of its tests", () => {
  const lines = listRows(rows, { grouped: true, folded: new Set() });
  expect(lines.filter(({ kind }) => kind === "file")).toHaveLength(2);
  expect(lines.filter(({ kind }) => kind === "suite")).toHaveLength(4);
  expect(lines.filter(({ kind }) => kind === "test")).toHaveLength(48);
  expect(lines[0]).toMatchObject({ kind: "file", counts: { all: 24 } });
});

test("a folded file counts its tests and hides them", () => {
  const file = rows[0]?.file ?? "";
  const lines = listRows(rows, { grouped: true, folded: new Set([file]) });
  expect(lines[0]).toMatchObject({ kind: "file", file, counts: { all: 24 } });
  expect(lines[1]).toMatchObject({ kind: "file" });
});

test("without groups there are only tests", () => {
  const lines = listRows(rows, { grouped: false, folded: new Set() });
  expect(lines.every(({ kind }) => kind === "test")).toBe(true);
});
