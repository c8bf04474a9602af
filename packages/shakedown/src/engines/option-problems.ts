import * as v from "valibot";
import { nearest } from "../kit/nearest.ts";
import type { Problem, ServicePlan } from "../stack/plan.ts";

type OptionsSchema = v.GenericSchema & { readonly entries: Readonly<Record<string, unknown>> };

/** Everything in which a service's options differ from what its engine takes. */
export function optionProblems({ name, options }: ServicePlan, schema: OptionsSchema): Problem[] {
  const checked = v.safeParse(schema, options);
  return (checked.issues ?? []).map((issue) => {
    const path = issue.path?.map(({ key }) => String(key)) ?? [];
    const at = ["services", name, ...path].join(".");
    const key = path.at(-1) ?? "";
    if (issue.type === "strict_object" && issue.expected === "never" && path.length === 1) {
      const meant = nearest(key, Object.keys(schema.entries));
      return {
        at,
        message: "is not an option",
        hint:
          meant === undefined
            ? `The options: ${Object.keys(schema.entries).join(", ")}`
            : `Did you mean ${meant}?`,
      };
    }
    if (issue.type === "strict_object" && issue.expected === "never")
      return { at, message: "is not known here", hint: "Take it out" };
    if (issue.input === undefined) return { at, message: "is missing", hint: `Add ${key}` };
    return { at, message: issue.message };
  });
}
