import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Finding } from "./finding.ts";
import { root } from "./places.ts";

/** `<!-- snippet: examples/home-security/tests/x.test.ts#name -->`, then the fence that it fills. */
const marker = /(<!-- snippet: (\S+?)(?:#(\S+))? -->\n+)(`{3,})(\w*)\n([\s\S]*?)\4(?=\n|$)/g;

export interface Snippets {
  /** The page with every marked fence filled. */
  readonly text: string;
  readonly findings: readonly Finding[];
}

/** Fills the marked fences of a page from the files that they name, so that an example in the docs is one that runs. */
export function fillSnippets(page: string, markdown: string, read = readSource): Snippets {
  const findings: Finding[] = [];
  const text = markdown.replaceAll(
    marker,
    (
      whole: string,
      head: string,
      file: string,
      region: string | undefined,
      fence: string,
      language: string,
    ) => {
      const source = read(file);
      const code = source === undefined ? `${file} is not there` : cutRegion(source, region);
      if (typeof code === "string") {
        findings.push({
          file: page,
          message: code === "" ? `${file} has no region ${region}` : code,
        });
        return whole;
      }
      return `${head}${fence}${language}\n${code.code}\n${fence}`;
    },
  );
  return { text, findings };
}

/** The lines between `// #region name` and `// #endregion`, without their common indentation. */
function cutRegion(source: string, region: string | undefined): { readonly code: string } | string {
  const lines = source.split("\n");
  if (region === undefined) return { code: source.trim() };
  const start = lines.findIndex((line) =>
    new RegExp(`^\\s*(//|--|#) ?#region ${region}\\s*$`).test(line),
  );
  if (start === -1) return "";
  const length = lines
    .slice(start + 1)
    .findIndex((line) => /^\s*(\/\/|--|#) ?#endregion/.test(line));
  const inside = lines.slice(start + 1, length === -1 ? undefined : start + 1 + length);
  const indents = inside
    .filter((line) => line.trim() !== "")
    .map((line) => line.length - line.trimStart().length);
  const indent = Math.min(...indents, 1000);
  return {
    code: inside
      .map((line) => line.slice(indent))
      .join("\n")
      .trim(),
  };
}

function readSource(file: string): string | undefined {
  try {
    return readFileSync(join(root, file), "utf8");
  } catch {
    return undefined; // told as a finding, with the page that asks for it
  }
}

export function pagePath(file: string): string {
  return relative(root, file);
}
