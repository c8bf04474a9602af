import type * as v from "valibot";
import type { Queryable } from "../database.ts";
import { pagedFilter } from "../http/paging.ts";
import { timeSpan } from "../http/validation.ts";
import { selectPage, type Page } from "../sql/pages.ts";

export interface GpuSample {
  readonly id: number;
  readonly recorded_at: Date;
  readonly gpu_name: string;
  readonly utilization: number;
  readonly memory_used_mb: number;
  readonly memory_total_mb: number;
  readonly temperature_celsius: number | null;
  readonly power_watts: number | null;
  readonly inference_fps: number | null;
}

export const gpuFilterSchema = pagedFilter(timeSpan());
export type GpuFilter = v.InferOutput<typeof gpuFilterSchema>;

export function gpuStats(database: Queryable) {
  return {
    async latest(): Promise<GpuSample | undefined> {
      const { rows } = await database.query<GpuSample>(
        "select * from gpu_stats order by recorded_at desc, id desc limit 1",
      );
      return rows[0];
    },

    /** The newest first. */
    async history(filter: GpuFilter): Promise<Page<GpuSample>> {
      return await selectPage<GpuSample>(
        database,
        {
          table: "gpu_stats",
          at: "recorded_at",
          filter: {
            "recorded_at >= ?": filter.start_date,
            "recorded_at <= ?": filter.end_date,
          },
        },
        filter,
      );
    },
  };
}
