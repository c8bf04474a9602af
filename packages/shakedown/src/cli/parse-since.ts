import { ShakedownError } from "../errors/shakedown-error.ts";

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * A point in time as people write it: how long ago (`5m`), a time of today (`12:30`, `12:30:05`), or a date with a time.
 *
 * @throws ShakedownError `CLI_USAGE`
 */
export function parseSince(text: string, now: Date): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|[smhd])$/.exec(text) ?? [];
  if (amount !== undefined && unit !== undefined)
    return now.getTime() - Math.round(Number(amount) * (units[unit] ?? 1));
  const [, hours, minutes, seconds = "0"] =
    /^(\d{1,2}):(\d\d)(?::(\d\d(?:\.\d+)?))?$/.exec(text) ?? [];
  if (hours !== undefined && minutes !== undefined) {
    const today = new Date(now);
    today.setHours(Number(hours), Number(minutes), 0, Math.round(Number(seconds) * 1000));
    return today.getTime();
  }
  const date = Date.parse(text);
  if (!Number.isNaN(date) && /^\d{4}-/.test(text)) return date;
  throw new ShakedownError("CLI_USAGE", `--since is "${text}", which is no time`, {
    hint: "Say how long ago (30s, 5m, 2h) or when (12:30, 2026-11-21T12:30:00)",
  });
}
