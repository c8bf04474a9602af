import { parseVersionWish, type VersionWish } from "../../../providers/version-wish.ts";

export interface PostgresVersion {
  readonly major: number;
  readonly minor: number;
}

export const oldestMajor = 15;

/** Servers that are older lack what resets need. */
export const workable: VersionWish = {
  text: `${oldestMajor} or newer`,
  accepts: (version) => Number.parseInt(version, 10) >= oldestMajor,
};

/** What `version` may say: "18", "18.4", ">=16". Undefined when the text is no version from 15 on. */
export function parsePostgresWish(text: string | undefined): VersionWish | undefined {
  if (text === undefined) return workable;
  const major = Number(/\d+/.exec(text)?.[0]);
  return major >= oldestMajor && major <= 99 ? parseVersionWish(text) : undefined;
}

/** From "postgres (PostgreSQL) 15.18 (Debian …)", or "18.4.0-beta.17" of the npm package. */
export function parseVersion(printed: string): PostgresVersion | undefined {
  const match = /(?:^|\) )(\d{1,2})(?:\.(\d{1,2}))?/.exec(printed);
  return match === null ? undefined : { major: Number(match[1]), minor: Number(match[2] ?? 0) };
}

export function versionText({ major, minor }: PostgresVersion): string {
  return `${major}.${minor}`;
}
