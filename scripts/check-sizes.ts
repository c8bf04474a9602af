import { readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import type { Finding } from "./finding.ts";
import { exampleFolder, packageFolder, root } from "./places.ts";
import { sourceFiles } from "./source-files.ts";

const hardLimitLines = 400;
const softLimitLines = 250;

/** Names that say nothing about the one job of a file. */
const grabBags = new Set([
  "utils",
  "util",
  "helpers",
  "common",
  "misc",
  "shared",
  "types",
  "constants",
  "manager",
  "base",
  "core",
]);

export interface Sizes {
  readonly findings: readonly Finding[];
  /** Longer than is good, not yet forbidden. */
  readonly long: readonly string[];
}

/** Files are short and named after what they do. */
export function checkSizes(): Sizes {
  const files = [packageFolder, exampleFolder, join(root, "scripts"), join(root, "bench")].flatMap(
    sourceFiles,
  );
  const findings: Finding[] = [];
  const long: string[] = [];
  for (const file of files) {
    const path = relative(root, file);
    const lines = readFileSync(file, "utf8").split("\n").length - 1;
    if (lines > hardLimitLines)
      findings.push({ file: path, message: `has ${lines} lines, the limit is ${hardLimitLines}` });
    else if (lines > softLimitLines) long.push(`${path} (${lines})`);
    const names = [...path.split("/").slice(0, -1), basename(file).split(".")[0] ?? ""];
    for (const name of names.filter((part) => grabBags.has(part))) {
      findings.push({
        file: path,
        message: `"${name}" names no job; name the file after what it does`,
      });
    }
  }
  return { findings, long };
}
