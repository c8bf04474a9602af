/** Rows of cells in columns that stand under each other, indented by one. Empty columns go. */
export function table(
  rows: readonly (readonly string[])[],
  paintCell: (cell: string, row: number, column: number) => string = (cell) => cell,
): string {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, column) =>
    Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const lines = rows.map((row, rowIndex) => {
    const cells = row.flatMap((cell, column) => {
      const width = widths[column] ?? 0;
      return width === 0
        ? []
        : [`${paintCell(cell, rowIndex, column)}${" ".repeat(width - cell.length)}`];
    });
    return ` ${cells.join("  ")}`.trimEnd();
  });
  return lines.map((line) => `${line}\n`).join("");
}
