import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { errorCodes } from "../packages/shakedown/src/errors/codes.ts";
import { withCodesTable } from "./error-codes-table.ts";
import type { Finding } from "./finding.ts";
import { packageFolder, root } from "./places.ts";
import { sourceFiles } from "./source-files.ts";

const page = join(root, "docs", "reference", "errors.md");
const table = join(packageFolder, "src", "errors", "codes.ts");

/** Codes, their page, and the places that throw them: none without the others. */
export function checkErrorsPage(): Finding[] {
  return [...compareWithPage(readFileSync(page, "utf8")), ...findUnused()];
}

export function compareWithPage(markdown: string): Finding[] {
  const explained = [...markdown.matchAll(/^### `([A-Z_]+)`$/gm)].map((match) => match[1] ?? "");
  const codes = Object.keys(errorCodes);
  const missing = codes.filter((code) => !explained.includes(code));
  const extra = explained.filter((code) => !codes.includes(code));
  const wrong = Object.entries(errorCodes).filter(
    ([code, row]) =>
      explained.includes(code) &&
      !markdown.includes(`### \`${code}\`\n\nExit status ${row.exit}. ${row.meaning}`),
  );
  const sorted = [...codes].sort();
  const hasTable = /^\| code +\|/m.test(markdown) && withCodesTable(markdown) === markdown;
  return [
    ...(hasTable
      ? []
      : [
          {
            file: relative(root, page),
            message: "has no table of all codes as they are now: run npm run docs",
          },
        ]),
    ...missing.map((code) => ({ file: relative(root, page), message: `does not explain ${code}` })),
    ...extra.map((code) => ({
      file: relative(root, page),
      message: `explains ${code}, which is no code`,
    })),
    ...wrong.map(([code, row]) => ({
      file: relative(root, page),
      message: `${code} must open with "Exit status ${row.exit}. ${row.meaning}"`,
    })),
    ...(codes.join() === sorted.join()
      ? []
      : [{ file: relative(root, table), message: "the rows are not sorted" }]),
  ];
}

function findUnused(): Finding[] {
  const sources = sourceFiles(join(packageFolder, "src"))
    .filter((file) => file !== table)
    .map((file) => readFileSync(file, "utf8"))
    .join("\n");
  return Object.keys(errorCodes)
    .filter((code) => !sources.includes(`"${code}"`))
    .map((code) => ({ file: relative(root, table), message: `nobody throws ${code}` }));
}
