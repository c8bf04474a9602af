import * as v from "valibot";
import type { ServicePlan } from "../stack/plan.ts";

type OptionsSchema = v.GenericSchema & {
  readonly entries: Readonly<Record<string, v.GenericSchema>>;
};

/**
 * The options that are right, and defaults in place of those that are not: one wrong option must not hide what a look at
 * the disk, or at two options together, finds wrong with others. A required option that is wrong is missing.
 */
export function soundOptions<Schema extends OptionsSchema>(
  { options }: ServicePlan,
  { entries }: Schema,
): v.InferOutput<Schema> {
  const sound = Object.entries(entries).flatMap(([name, entry]) => {
    const given = v.safeParse(entry, options[name]);
    const parsed = given.success ? given : v.safeParse(entry, undefined);
    return parsed.success ? [[name, parsed.output] as const] : [];
  });
  return Object.fromEntries(sound) as v.InferOutput<Schema>;
}
