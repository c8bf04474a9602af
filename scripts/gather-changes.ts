import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Finding } from "./finding.ts";
import { root } from "./places.ts";

export const changesFolder = join(root, "changes");

export const kinds = {
  breaking: "Breaking",
  feature: "Features",
  fix: "Fixes",
  docs: "Documentation",
} as const;
type Kind = keyof typeof kinds;

export interface Change {
  readonly slug: string;
  readonly kind: Kind;
  readonly text: string;
}

/** A fragment: the kind on the first line, then a sentence or two for users. */
export function parseChange(slug: string, source: string): Change | string {
  const [first = "", ...rest] = source.trim().split("\n");
  const kind = /^kind: (\w+)$/.exec(first.trim())?.[1];
  if (kind === undefined || !Object.hasOwn(kinds, kind)) {
    return `its first line is "${first}", not "kind: " and one of ${Object.keys(kinds).join(", ")}`;
  }
  const text = rest.join(" ").replaceAll(/\s+/g, " ").trim();
  if (text === "") return "says nothing after its kind";
  return { slug, kind: kind as Kind, text };
}

export function readChanges(): {
  readonly changes: readonly Change[];
  readonly findings: readonly Finding[];
} {
  const changes: Change[] = [];
  const findings: Finding[] = [];
  for (const name of readdirSync(changesFolder)
    .filter((file) => file.endsWith(".md") && file !== "README.md")
    .sort()) {
    const parsed = parseChange(
      name.replace(/\.md$/, ""),
      readFileSync(join(changesFolder, name), "utf8"),
    );
    if (typeof parsed === "string")
      findings.push({ file: relative(root, join(changesFolder, name)), message: parsed });
    else changes.push(parsed);
  }
  return { changes, findings };
}

/** The entry of one release: a heading for each kind that has changes, in the order of weight. */
export function toEntry(title: string, changes: readonly Change[]): string {
  const sections = (Object.keys(kinds) as Kind[]).flatMap((kind) => {
    const lines = changes.filter((change) => change.kind === kind).map(({ text }) => `- ${text}`);
    return lines.length === 0 ? [] : [`### ${kinds[kind]}\n\n${lines.join("\n")}`];
  });
  return [`## ${title}`, ...sections].join("\n\n");
}

/** Fragments that cannot be gathered are found when they are written, not at the release. */
export function staleChangelog(): Finding[] {
  return [...readChanges().findings];
}
