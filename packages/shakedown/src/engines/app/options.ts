import * as v from "valibot";

const functionReference = v.object(
  { $function: v.object({ service: v.string(), path: v.array(v.string()) }) },
  "is not a function",
);

/** The options as they stand in the plan: functions by their place, `env` evaluated. */
export const optionsSchema = v.strictObject(
  {
    handler: functionReference,
    env: v.optional(
      v.record(
        v.string(),
        v.union([v.string(), v.number(), v.boolean()], "is neither text nor a number"),
        "is not an object",
      ),
    ),
    onReset: v.optional(
      v.union(
        [v.picklist(["nothing", "recreate"]), functionReference],
        'is none of "nothing", "recreate" and a function',
      ),
    ),
  },
  "are not an object",
);
