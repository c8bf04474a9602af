export interface Conditions {
  /** Empty, or `where … and …`. */
  readonly where: string;
  readonly values: readonly unknown[];
}

/**
 * Takes the conditions whose value is given, with `?` for the value: `{ "camera_id = ?": undefined, "risk_score >= ?": 60 }` becomes
 * `where risk_score >= $1`. One without a `?` counts when it is true. Conditions come from code, values from outside.
 */
export function conditions(given: Readonly<Record<string, unknown>>): Conditions {
  const parts: string[] = [];
  const values: unknown[] = [];
  for (const [condition, value] of Object.entries(given)) {
    if (value === undefined) continue;
    if (condition.includes("?")) parts.push(condition.replaceAll("?", `$${values.push(value)}`));
    else if (value === true) parts.push(condition);
  }
  return { where: parts.length === 0 ? "" : `where ${parts.join(" and ")}`, values };
}
