import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { readEvents, toEvents } from "../../src/model/read-events.ts";
import { sampleRun } from "../sample-run.ts";

test("opens what the report carries", async () => {
  const events = sampleRun({ tests: 30, failing: 5, hostile: true });
  const text = events.map((event) => JSON.stringify(event)).join("\n");
  const read = await readEvents(gzipSync(`${text}\n`).toString("base64"));
  expect(read).toEqual(JSON.parse(JSON.stringify(events)));
});

test("half a line at the end and lines that are no events are passed over", () => {
  const good = '{"type":"run:finding","message":"x","atEpochMs":1}';
  expect(toEvents(`${good}\n\n7\nnull\n{"type":"run:fin`)).toEqual([JSON.parse(good)]);
});

test("a file that was cut off is an error, not an empty run", async () => {
  const packed = gzipSync("x".repeat(10_000)).toString("base64");
  await expect(readEvents(packed.slice(0, 20))).rejects.toBeInstanceOf(Error);
});
