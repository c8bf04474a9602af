import { expect, test } from "vitest";
import { splitLines } from "../../src/process/line-splitter.ts";

function linesOf(chunks: readonly Buffer[]): string[] {
  const lines: string[] = [];
  const splitter = splitLines((line) => lines.push(line));
  for (const chunk of chunks) splitter.push(chunk);
  splitter.flush();
  return lines;
}

test("lines are whole however the bytes arrive", () => {
  const bytes = Buffer.from("first\r\nzweite größe\n\nlast");
  const oneByOne = Array.from(bytes, (byte) => Buffer.of(byte));
  expect(linesOf([bytes])).toEqual(["first", "zweite größe", "", "last"]);
  expect(linesOf(oneByOne)).toEqual(linesOf([bytes]));
});

test("a line without an end is cut at 64 KiB and does not hide the next one", () => {
  const [long, next, ...rest] = linesOf([
    ...Array<Buffer>(200).fill(Buffer.alloc(1024, "x")),
    Buffer.from("\nnext\n"),
  ]);
  expect(long).toBe(`${"x".repeat(65_536)} … (cut: longer than 64 KiB)`);
  expect(next).toBe("next");
  expect(rest).toEqual([]);
});

test("binary garbage is a line like any other", () => {
  expect(linesOf([Buffer.from([0xff, 0x00, 0xfe, 0x0a, 0x61, 0x0a])])).toEqual([
    "\ufffd\u0000\ufffd",
    "a",
  ]);
});
