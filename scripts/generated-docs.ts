import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { benchmarksPage } from "./benchmarks-page.ts";
import { cliPage } from "./cli-page.ts";
import { diagnosesPage } from "./diagnoses-page.ts";
import { fillSnippets, pagePath } from "./docs-snippets.ts";
import { withCodesTable } from "./error-codes-table.ts";
import type { Finding } from "./finding.ts";
import { root } from "./places.ts";
import { filesUnder } from "./source-files.ts";

/** Pages made from tables in the code. */
const generated: Readonly<Record<string, () => Promise<string>>> = {
  "docs/reference/cli.md": cliPage,
  "docs/reference/benchmarks.md": benchmarksPage,
  "docs/reference/diagnoses.md": diagnosesPage,
};

/** What `npm run docs` would change. */
export async function staleDocs(): Promise<Finding[]> {
  const { pages, findings } = await renderDocs();
  const stale = pages.filter(
    ({ path, text }) =>
      !existsSync(join(root, path)) || readFileSync(join(root, path), "utf8") !== text,
  );
  return [
    ...findings,
    ...stale.map(({ path }) => ({ file: path, message: "is out of date: run npm run docs" })),
    ...deadLinks(),
  ];
}

export async function writeDocs(): Promise<{
  readonly written: readonly string[];
  readonly findings: readonly Finding[];
}> {
  const { pages, findings } = await renderDocs();
  const written = pages.filter(
    ({ path, text }) =>
      !existsSync(join(root, path)) || readFileSync(join(root, path), "utf8") !== text,
  );
  for (const { path, text } of written) writeFileSync(join(root, path), text);
  return { written: written.map(({ path }) => path), findings };
}

interface Page {
  readonly path: string;
  readonly text: string;
}

async function renderDocs(): Promise<{
  readonly pages: readonly Page[];
  readonly findings: readonly Finding[];
}> {
  const findings: Finding[] = [];
  const pages: Page[] = [];
  for (const [path, render] of Object.entries(generated))
    pages.push({ path, text: await render() });
  for (const file of markdownFiles()) {
    const path = pagePath(file);
    if (Object.hasOwn(generated, path)) continue;
    const filled = fillSnippets(path, readFileSync(file, "utf8"));
    findings.push(...filled.findings);
    pages.push({ path, text: withCodesTable(filled.text) });
  }
  return { pages, findings };
}

function markdownFiles(): string[] {
  return filesUnder(root).filter((file) => file.endsWith(".md"));
}

/** Relative links that lead nowhere. */
function deadLinks(): Finding[] {
  return markdownFiles().flatMap((file) => {
    const targets = [
      ...readFileSync(file, "utf8").matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)/g),
    ];
    return targets
      .map((match) => match[1] ?? "")
      .filter((target) => !existsSync(join(file, "..", target)))
      .map((target) => ({
        file: pagePath(file),
        message: `links to ${target}, which is not there`,
      }));
  });
}
