import type { Queryable } from "../database.ts";
import type { InvalidPart } from "../http/errors.ts";

/** Values that an operator may change while the system runs. The rows come with the installation. */
export interface Setting {
  readonly key: string;
  readonly value: number;
  readonly minimum: number;
  readonly maximum: number;
}

export type SettingsRepository = ReturnType<typeof settingsRepository>;

export function settingsRepository(database: Queryable) {
  return {
    async list(): Promise<readonly Setting[]> {
      const { rows } = await database.query<Setting>(
        `select key, value::float8 as value, minimum::float8 as minimum, maximum::float8 as maximum
         from system_settings order by key`,
      );
      return rows;
    },

    async set(values: Readonly<Record<string, number>>): Promise<void> {
      // One statement: all of them or none.
      await database.query(
        `update system_settings s set value = given.value, updated_at = now()
         from unnest($1::text[], $2::numeric[]) as given (key, value) where s.key = given.key`,
        [Object.keys(values), Object.values(values)],
      );
    },
  };
}

export function problemOf(
  known: readonly Setting[],
  key: string,
  value: number,
): readonly InvalidPart[] {
  const loc = ["body", key];
  const setting = known.find((candidate) => candidate.key === key);
  if (setting === undefined) return [{ loc, msg: "is not a setting" }];
  const { minimum, maximum } = setting;
  return value >= minimum && value <= maximum
    ? []
    : [{ loc, msg: `must be from ${minimum} to ${maximum}` }];
}

export function toObject(list: readonly Setting[]): Readonly<Record<string, number>> {
  return Object.fromEntries(list.map(({ key, value }) => [key, value]));
}
