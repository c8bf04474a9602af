import { sep } from "node:path";
import type { SerializedError } from "vitest";
import { codeFrame } from "../stack/code-frame.ts";

/** The lines of source around the place of the user's where an error was thrown; undefined where it has none. */
export function failureFrame(error: SerializedError, root: string): string | undefined {
  const place = placesOf(error).find(
    ({ file }) => file.startsWith(`${root}${sep}`) && !file.includes(`${sep}node_modules${sep}`),
  );
  const frame = place === undefined ? "" : codeFrame(place, { before: 3, after: 3 });
  // A line of a bundle says nothing and may be as long as the bundle.
  return frame === "" || frame.length > mostCharacters ? undefined : frame;
}

const mostCharacters = 4000;

interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** As Vitest has read them from the error's stack, by the source maps that it knows. */
function placesOf(error: SerializedError): readonly Place[] {
  const stacks = error["stacks"] as unknown;
  return Array.isArray(stacks) ? stacks.filter(isPlace) : [];
}

function isPlace(value: unknown): value is Place {
  const { file, line, column } = (value ?? {}) as Partial<Record<keyof Place, unknown>>;
  return typeof file === "string" && typeof line === "number" && typeof column === "number";
}
