export interface ImportStatement {
  readonly line: number;
  readonly specifier: string;
  /** True for `import type`, `export type` and `typeof import()`: gone at run time. */
  readonly typeOnly: boolean;
  /** True for `import()`. */
  readonly dynamic: boolean;
}

const statement =
  /^[ \t]*(?:import|export)[ \t]+(type\s)?(?:[\w*${},\s]*?\sfrom\s*|)["']([^"'\n]+)["']/gm;
const call = /(typeof\s+)?\bimport\(\s*["']([^"'\n]+)["']\s*\)(\.[A-Z])?/g;

/** The imports of a module, read without a parser: the formatter keeps them in shapes that this knows. */
export function importStatements(source: string): ImportStatement[] {
  const code = withoutComments(source);
  const lineAt = (index: number): number => code.slice(0, index).split("\n").length;
  const found: ImportStatement[] = [];
  for (const match of code.matchAll(statement)) {
    found.push({
      line: lineAt(match.index + match[0].length),
      specifier: match[2] ?? "",
      typeOnly: match[1] !== undefined,
      dynamic: false,
    });
  }
  for (const match of code.matchAll(call)) {
    const typeOnly = match[1] !== undefined || match[3] !== undefined;
    found.push({ line: lineAt(match.index), specifier: match[2] ?? "", typeOnly, dynamic: true });
  }
  return found;
}

/** Blanks comments out and keeps the line numbers. A `//` after a colon or inside a string is left alone. */
export function withoutComments(source: string): string {
  return source
    .replaceAll(/\/\*[\s\S]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, " "))
    .replaceAll(/^([ \t]*)\/\/.*$/gm, "$1");
}
