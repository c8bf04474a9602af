/** True in the source tree, which Node runs by stripping types; false in the build. */
export const isSource: boolean = import.meta.url.endsWith(".ts");

/** URL of the folder that holds all modules of this package: `src`, or `dist`. This file stays in its place in both. */
export const ownHome: string = new URL("../", import.meta.url).href;

/**
 * URL of a module that runs as a process of its own, or is imported by its URL: `ownModule("supervisor/main")`.
 * Such a module is listed in scripts/bundle.ts; all others may be merged by the build.
 */
export function ownModule(path: string): string {
  return `${ownHome}${path}${isSource ? ".ts" : ".js"}`;
}
