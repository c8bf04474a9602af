import { expect, test } from "vitest";
import { durationText } from "../../src/kit/duration-text.ts";

test.each([
  [0.04, "0 ms"],
  [0.93, "0.9 ms"],
  [3, "3 ms"],
  [41.4, "41 ms"],
  [999.6, "1.0 s"],
  [6840, "6.8 s"],
  [59_960, "1 min 0 s"],
  [192_000, "3 min 12 s"],
  [3_720_000, "1 h 2 min"],
])("%d ms reads as %s", (durationMs, text) => {
  expect(durationText(durationMs)).toBe(text);
});
