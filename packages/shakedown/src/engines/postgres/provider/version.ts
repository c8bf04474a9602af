export interface PostgresVersion {
  readonly major: number;
  readonly minor: number;
}

export const oldestMajor = 15;

/** What `version` may say: "18", "18.4", ">=16". */
export interface VersionWish {
  readonly text: string;
  accepts(version: PostgresVersion): boolean;
}

/** Undefined when the text is no version. */
export function parseVersionWish(text: string | undefined): VersionWish | undefined {
  if (text === undefined) {
    return { text: `${oldestMajor} or newer`, accepts: ({ major }) => major >= oldestMajor };
  }
  const match = /^(>=)?\s*(\d{1,2})(?:\.(\d{1,2}|x))?$/.exec(text.trim());
  if (match === null) return undefined;
  const [, orNewer, majorText = "", minorText] = match;
  const major = Number(majorText);
  const minor = minorText === undefined || minorText === "x" ? undefined : Number(minorText);
  if (major < oldestMajor || major > 99) return undefined;
  if (orNewer !== undefined) {
    return {
      text,
      accepts: (found) =>
        found.major > major || (found.major === major && found.minor >= (minor ?? 0)),
    };
  }
  return {
    text,
    accepts: (found) => found.major === major && (minor === undefined || found.minor === minor),
  };
}

/** From "postgres (PostgreSQL) 15.18 (Debian …)", or "18.4.0-beta.17" of the npm package. */
export function parseVersion(printed: string): PostgresVersion | undefined {
  const match = /(?:^|\) )(\d{1,2})(?:\.(\d{1,2}))?/.exec(printed);
  return match === null ? undefined : { major: Number(match[1]), minor: Number(match[2] ?? 0) };
}

export function versionText({ major, minor }: PostgresVersion): string {
  return `${major}.${minor}`;
}
