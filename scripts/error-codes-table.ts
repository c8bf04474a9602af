import { errorCodes } from "../packages/shakedown/src/errors/codes.ts";

const begin = "<!-- The table is written by npm run docs. -->";
const end = "<!-- End of the table. -->";

/** docs/reference/errors.md with its table of all codes as they are now; a page without a place for it stays as it is. */
export function withCodesTable(markdown: string): string {
  const from = markdown.indexOf(begin);
  const to = markdown.indexOf(end, from);
  if (from < 0 || to < 0) return markdown;
  return `${markdown.slice(0, from)}${begin}\n\n${table()}\n\n${markdown.slice(to)}`;
}

/** As the formatter pads it: columns as wide as their widest cell. */
function table(): string {
  const rows = [
    ["code", "exit status", "meaning"],
    ...Object.entries(errorCodes).map(([code, { exit, meaning }]) => [
      `[\`${code}\`](#${code.toLowerCase()})`,
      String(exit),
      meaning,
    ]),
  ];
  const widths = [0, 1, 2].map((column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  const [head = [], ...body] = rows;
  return [line(head), rule, ...body.map(line)].join("\n");
}
