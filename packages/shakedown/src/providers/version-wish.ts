/** What `version` may say: "18", "18.4", "7.2.4", ">=16", "10.11.x". */
export interface VersionWish {
  readonly text: string;
  /** "18.4" */
  accepts(version: string): boolean;
}

export const anyVersion: VersionWish = { text: "any version", accepts: () => true };

/** Undefined when the text is no version. */
export function parseVersionWish(text: string | undefined): VersionWish | undefined {
  if (text === undefined) return anyVersion;
  const match = /^(>=)?\s*(\d{1,4}(?:\.\d{1,4}){0,2})(?:\.x)?$/.exec(text.trim());
  if (match === null) return undefined;
  const [, orNewer, wanted = ""] = match;
  const parts = numbersOf(wanted);
  return {
    text,
    accepts(version) {
      const found = numbersOf(version);
      return orNewer === undefined
        ? parts.every((part, index) => found[index] === part)
        : compare(found, parts) >= 0;
    },
  };
}

/** "10.11.19-MariaDB-0+deb12u1" is 10, 11 and 19. */
function numbersOf(version: string): readonly number[] {
  return (/^\d+(?:\.\d+)*/.exec(version)?.[0] ?? "").split(".").map(Number);
}

function compare(left: readonly number[], right: readonly number[]): number {
  for (const [index, part] of right.entries()) {
    const difference = (left[index] ?? 0) - part;
    if (difference !== 0) return difference;
  }
  return 0;
}
