import * as v from "valibot";
import { pagedFilter } from "../http/paging.ts";
import { jsonObject, oneOf, text, timeSpan } from "../http/validation.ts";

export const logLevels = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] as const;
export type LogLevel = (typeof logLevels)[number];

export interface LogLine {
  readonly id: number;
  readonly timestamp: Date;
  readonly level: LogLevel;
  readonly component: string;
  readonly message: string;
  readonly source: "backend" | "frontend";
  readonly camera_id: string | null;
  readonly event_id: number | null;
  readonly request_id: string | null;
  readonly user_agent: string | null;
  readonly extra: Readonly<Record<string, unknown>>;
}

/** What a browser sends about itself. */
export const frontendLogSchema = v.object({
  level: oneOf(logLevels),
  component: text(50),
  message: text(2000),
  extra: v.optional(jsonObject, {}),
});

export type NewLogLine = v.InferOutput<typeof frontendLogSchema> &
  Partial<Pick<LogLine, "source" | "camera_id" | "event_id" | "request_id" | "user_agent">>;

export const logFilterSchema = pagedFilter({
  level: v.optional(oneOf(logLevels)),
  component: v.optional(v.string()),
  source: v.optional(oneOf(["backend", "frontend"])),
  camera_id: v.optional(v.string()),
  /** A part of the message, in whatever case. */
  search: v.optional(v.string()),
  ...timeSpan(),
});
export type LogFilter = v.InferOutput<typeof logFilterSchema>;
