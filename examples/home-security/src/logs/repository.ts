import type { Queryable } from "../database.ts";
import { selectPage, type Page } from "../sql/pages.ts";
import { table } from "../sql/table.ts";
import {
  logLevels,
  type LogFilter,
  type LogLevel,
  type LogLine,
  type NewLogLine,
} from "./log-line.ts";

export interface LogStatistics {
  readonly total: number;
  readonly by_level: Readonly<Record<LogLevel, number>>;
  readonly by_component: Readonly<Record<string, number>>;
}

export function logRepository(database: Queryable) {
  const lines = table<LogLine>(database, { name: "logs", kind: "Log line", json: ["extra"] });

  return {
    async write(line: NewLogLine): Promise<LogLine> {
      return await lines.insert(line);
    },

    /** The newest first. */
    async list(filter: LogFilter): Promise<Page<LogLine>> {
      return await selectPage<LogLine>(
        database,
        {
          table: "logs",
          at: "timestamp",
          filter: {
            "level = ?": filter.level,
            "component = ?": filter.component,
            "source = ?": filter.source,
            "camera_id = ?": filter.camera_id,
            "strpos(lower(message), lower(?)) > 0": filter.search,
            "timestamp >= ?": filter.start_date,
            "timestamp <= ?": filter.end_date,
          },
        },
        filter,
      );
    },

    async statistics(): Promise<LogStatistics> {
      const { rows } = await database.query<{ level: LogLevel; component: string; count: number }>(
        "select level, component, count(*)::int as count from logs group by level, component order by component",
      );
      const sum = (wanted: (row: (typeof rows)[number]) => boolean): number =>
        rows.filter(wanted).reduce((total, { count }) => total + count, 0);
      const components = new Set(rows.map(({ component }) => component));
      return {
        total: sum(() => true),
        by_level: Object.fromEntries(
          logLevels.map((level) => [level, sum((row) => row.level === level)]),
        ) as Record<LogLevel, number>,
        by_component: Object.fromEntries(
          Array.from(components, (name) => [name, sum(({ component }) => component === name)]),
        ),
      };
    },
  };
}
