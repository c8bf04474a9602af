import type { TestIdentity } from "../events/run-event.ts";
import { printableLine } from "../kit/printable.ts";

/** `tests/cameras.test.ts › cameras › deletes its events` */
export function testTitle({ file, suite, name }: TestIdentity): string {
  return [file, ...suite, name].map((part) => printableLine(part)).join(" › ");
}
