import * as v from "valibot";
import { pagedFilter } from "../http/paging.ts";
import { jsonObject, oneOf, text, timeSpan, wholeFrom } from "../http/validation.ts";

export const jobStatuses = ["queued", "running", "completed", "failed", "cancelled"] as const;
export type JobStatus = (typeof jobStatuses)[number];

export interface Job {
  readonly id: string;
  readonly job_type: string;
  readonly status: JobStatus;
  /** 0 comes first. */
  readonly priority: number;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly progress_percent: number;
  readonly attempt_number: number;
  readonly max_attempts: number;
  readonly error_message: string | null;
  readonly result: unknown;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly completed_at: Date | null;
}

export interface JobAttempt {
  readonly attempt_number: number;
  readonly status: "started" | "succeeded" | "failed" | "cancelled";
  readonly worker_id: string | null;
  readonly error_message: string | null;
  readonly started_at: Date;
  readonly ended_at: Date | null;
}

export interface JobTransition {
  readonly from_status: JobStatus | null;
  readonly to_status: JobStatus;
  readonly triggered_by: string;
  readonly transitioned_at: Date;
}

export const newJobSchema = v.object({
  job_type: text(50),
  priority: v.optional(wholeFrom(0, 4)),
  payload: v.optional(jsonObject),
  max_attempts: v.optional(wholeFrom(1, 100)),
});
export type NewJob = v.InferOutput<typeof newJobSchema>;

export const startSchema = v.object({ worker_id: text(100) });
export const progressSchema = v.object({ progress_percent: wholeFrom(0, 100) });
export const completionSchema = v.object({ result: v.optional(v.unknown(), null) });
export const failureSchema = v.object({ error_message: text(5000) });

export const jobFilterSchema = pagedFilter({
  status: v.optional(oneOf(jobStatuses)),
  job_type: v.optional(v.string()),
  ...timeSpan(),
});
export type JobFilter = v.InferOutput<typeof jobFilterSchema>;

export const jobLogLevels = ["debug", "info", "warning", "error"] as const;

export interface JobLogLine {
  readonly id: number;
  readonly attempt_number: number;
  readonly timestamp: Date;
  readonly level: (typeof jobLogLevels)[number];
  readonly message: string;
  readonly context: Readonly<Record<string, unknown>>;
}

export const newJobLogSchema = v.object({
  level: v.optional(oneOf(jobLogLevels), "info"),
  message: text(5000),
  context: v.optional(jsonObject, {}),
});
export type NewJobLog = v.InferOutput<typeof newJobLogSchema>;
