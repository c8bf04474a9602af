// `npm run check`: every static check, each with its time; all failures are told, not only the first.
//
//   npm run check                     all
//   npm run check -- lint layers      some
import { checkDocComments } from "./check-doc-comments.ts";
import { checkErrorsPage } from "./check-errors-page.ts";
import { checkLayers } from "./check-layers.ts";
import { checkMirrors } from "./check-mirrors.ts";
import { checkSizes } from "./check-sizes.ts";
import { checkWords } from "./check-words.ts";
import { buildPackage } from "./build-package.ts";
import { type Finding, showFinding } from "./finding.ts";
import { packageFolder } from "./places.ts";
import { runTool } from "./run-tool.ts";
import { staleDocs } from "./generated-docs.ts";
import { staleChangelog } from "./gather-changes.ts";

interface Check {
  readonly name: string;
  /** What is wrong, as text; nothing when all is well. */
  readonly run: () => Promise<readonly string[]> | readonly string[];
  /** Shown whether or not the check passes. */
  readonly notes?: () => readonly string[];
}

const checks: readonly Check[] = [
  { name: "format", run: () => runTool("oxfmt", ["--check", "."]) },
  {
    name: "lint",
    run: () =>
      runTool("oxlint", [
        "--type-aware",
        "--format=unix",
        "--deny-warnings",
        "--report-unused-disable-directives",
        ".",
      ]),
  },
  { name: "types", run: () => runTool("tsc", ["-p", packageFolder, "--noEmit"]) },
  { name: "layers", run: () => show(checkLayers()) },
  {
    name: "sizes",
    run: () => show(checkSizes().findings),
    notes: () => longFiles(checkSizes().long),
  },
  { name: "mirrors", run: () => show(checkMirrors()) },
  { name: "words", run: () => show(checkWords()) },
  { name: "doc-comments", run: () => show(checkDocComments()) },
  { name: "errors-page", run: () => show(checkErrorsPage()) },
  { name: "build", run: build },
  { name: "types-page", run: () => runTool("tsc", ["-p", "packages/page", "--noEmit"]) },
  { name: "types-scripts", run: () => runTool("tsc", ["-p", "."]) },
  {
    name: "types-examples",
    run: () => runTool("tsc", ["-p", "examples/home-security", "--noEmit"]),
  },
  { name: "docs", run: async () => show(await staleDocs()) },
  { name: "changes", run: () => show(staleChangelog()) },
  { name: "knip", run: () => runTool("knip", ["--no-progress"]) },
  { name: "publint", run: () => runTool("publint", [packageFolder, "--strict"]) },
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !checks.some((check) => check.name === name));
if (unknown.length > 0) {
  console.error(
    `no check is named ${unknown.join(", ")}; there are ${checks.map(({ name }) => name).join(", ")}`,
  );
  process.exit(2);
}
const chosen = wanted.length === 0 ? checks : checks.filter(({ name }) => wanted.includes(name));
let failed = 0;
for (const { name, run, notes } of chosen) {
  const startedMs = performance.now();
  const complaints = await run();
  const took = `${((performance.now() - startedMs) / 1000).toFixed(1)} s`;
  console.log(`${complaints.length === 0 ? "✔" : "✘"} ${name.padEnd(16)}${took.padStart(8)}`);
  for (const line of [...complaints, ...(notes?.() ?? [])]) console.log(`    ${line}`);
  if (complaints.length > 0) failed += 1;
}
console.log(
  failed === 0 ? `${chosen.length} checks passed` : `${failed} of ${chosen.length} checks failed`,
);
process.exitCode = failed === 0 ? 0 : 1;

function show(findings: readonly Finding[]): string[] {
  return findings.map(showFinding);
}

async function build(): Promise<string[]> {
  try {
    await buildPackage();
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

function longFiles(long: readonly string[]): string[] {
  return long.length === 0 ? [] : [`long, not yet too long: ${long.join(", ")}`];
}
