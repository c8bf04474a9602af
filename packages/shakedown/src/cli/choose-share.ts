import { ShakedownError } from "../errors/shakedown-error.ts";
import { printableLine } from "../kit/printable.ts";
import type { Share } from "../supervisor/shares.ts";

export interface ShareWish {
  readonly service: string;
  readonly slot?: number;
  /** A part of a failed test's name; empty for whichever failed last. */
  readonly failed?: string;
}

/**
 * The data that is meant; undefined where a slot has none yet.
 *
 * @throws ShakedownError `SERVICE_UNKNOWN` when no such data was kept
 */
export function chooseShare(
  shares: readonly Share[],
  { service, slot, failed }: ShareWish,
): Share | undefined {
  const kept = shares.filter((share) => share.kept !== undefined);
  if (failed !== undefined) {
    const found = keptOf(kept, failed);
    if (found !== undefined) return found;
    const there = kept.map(({ kept: about }) => printableLine(about?.reason ?? ""));
    throw new ShakedownError(
      "SERVICE_UNKNOWN",
      there.length === 0
        ? `no data of ${service} was kept of a failed test`
        : `no data of ${service} was kept of a test named like "${failed}"; there is: ${there.join("; ")}`,
      { hint: "It is kept as long as the services run: shakedown run --keep" },
    );
  }
  const current = shares.filter((share) => share.kept === undefined);
  if (slot !== undefined) return current.find((share) => share.slot === slot);
  return (
    current.find((share) => share.slot === undefined) ??
    current.toSorted((left, right) => (left.slot ?? 0) - (right.slot ?? 0))[0]
  );
}

/** The last of those whose test has this full name, then this name, then a name that holds it: as names are printed. */
function keptOf(kept: readonly Share[], failed: string): Share | undefined {
  const wanted = printableLine(failed, Infinity);
  const matches: ((reason: string) => boolean)[] = [
    (reason) => reason === `"${wanted}" failed`,
    (reason) => reason.endsWith(` > ${wanted}" failed`),
    (reason) => reason.includes(wanted),
  ];
  for (const fits of matches) {
    const found = kept.findLast((share) => fits(printableLine(share.kept?.reason ?? "", Infinity)));
    if (found !== undefined) return found;
  }
  return undefined;
}
