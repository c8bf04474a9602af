import { randomBytes } from "node:crypto";

/** `2026-11-21-0912-3f9a`: sorts by time, and two runs of one minute differ. */
export function makeRunId(now: Date, random: string = randomBytes(2).toString("hex")): string {
  const two = (number: number): string => String(number).padStart(2, "0");
  const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  return `${day}-${two(now.getHours())}${two(now.getMinutes())}-${random}`;
}
