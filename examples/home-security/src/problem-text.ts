import type { BaseIssue } from "valibot";

/** What is wrong with one value, in words. Valibot reports a key that is missing as a fault of the object around it. */
export function problemText(issue: BaseIssue<unknown>): string {
  return issue.type === "object" && issue.path !== undefined ? "is required" : issue.message;
}
