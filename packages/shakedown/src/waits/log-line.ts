import { stripVTControlCharacters } from "node:util";
import type { LookContext, Seen } from "./look.ts";

/** Ready once a line matches; the expression's named groups become outputs. */
export function lookAtLog(
  { source, flags }: { source: string; flags: string },
  { lines }: LookContext,
): Seen {
  const wanted = new RegExp(source, flags.replaceAll(/[gy]/g, ""));
  for (const line of lines.lines) {
    const match = wanted.exec(stripVTControlCharacters(line));
    if (match === null) continue;
    const groups = Object.entries(match.groups ?? {}).filter(
      (group): group is [string, string] => group[1] !== undefined,
    );
    return { ready: true, outputs: Object.fromEntries(groups) };
  }
  const last = lines.lines.at(-1);
  return {
    ready: false,
    saw: last === undefined ? "no output at all" : `no such line; the last one: ${last}`,
  };
}
