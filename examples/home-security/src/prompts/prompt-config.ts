import * as v from "valibot";
import { numberFrom, text, wholeFrom } from "../http/validation.ts";

/** One version of what a model is told. */
export interface PromptConfig {
  readonly id: number;
  readonly model: string;
  readonly version: number;
  readonly system_prompt: string;
  readonly temperature: number;
  readonly max_tokens: number;
  readonly is_active: boolean;
  readonly created_at: Date;
}

export const newPromptSchema = v.object({
  system_prompt: text(100_000),
  temperature: v.optional(numberFrom(0, 2), 0.7),
  max_tokens: v.optional(wholeFrom(1, 100_000), 2048),
});
export type NewPrompt = v.InferOutput<typeof newPromptSchema>;
