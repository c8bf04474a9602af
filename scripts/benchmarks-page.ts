import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { SavedResult } from "../bench/saved-result.ts";
import { root } from "./places.ts";
import { filesUnder } from "./source-files.ts";

/** docs/reference/benchmarks.md, from what `npm run bench -- <name> --save` left in bench/results. */
export async function benchmarksPage(): Promise<string> {
  const results = filesUnder(join(root, "bench", "results"))
    .filter((file) => file.endsWith(".json"))
    .map((file) => ({
      name: basename(file, ".json"),
      ...(JSON.parse(readFileSync(file, "utf8")) as SavedResult),
    }));
  return [
    "# Benchmarks",
    "",
    "<!-- Generated from bench/results by npm run docs; do not edit. -->",
    "",
    "Figures are medians. Absolute ones drift from machine to machine; what one run compares with one another is the point.",
    "Repeat one with `npm run bench -- <name>`; keep its figures with `npm run bench -- <name> --save`, then `npm run docs`.",
    "",
    ...results.flatMap(toSection),
  ].join("\n");
}

function toSection(result: SavedResult & { readonly name: string }): string[] {
  return [
    `## ${result.name}`,
    "",
    ...(result.about === "" ? [] : [result.about, ""]),
    `Measured on ${result.day}: ${result.machine}.`,
    "",
    "| figure | value |",
    "| --- | ---: |",
    ...Object.entries(result.figures).map(
      ([key, value]) => `| ${label(key, result)} | ${show(value)} |`,
    ),
    "",
  ];
}

function label(key: string, { labels }: SavedResult): string {
  const text = labels[key];
  return text === undefined ? `\`${key}\`` : `${text} (\`${key}\`)`;
}

function show(value: SavedResult["figures"][string]): string {
  return Array.isArray(value) ? value.join(", ") : String(value);
}
