import { cleanText } from "./clean-text.ts";

export interface FrameLine {
  readonly number: string;
  readonly code: string;
  readonly marked: boolean;
  /** Where the mark under a line stands. */
  readonly caret?: number;
}

/** Reads `>  7 |   expect(…)` and the line with `^` below it. */
export function frameLines(frame: string): FrameLine[] {
  const lines: FrameLine[] = [];
  for (const line of cleanText(frame).split("\n")) {
    const [, mark, number = "", code = ""] = /^([> ])\s*(\d*) \| ?(.*)$/.exec(line) ?? [];
    const last = lines.at(-1);
    if (mark === undefined) lines.push({ number: "", code: line, marked: false });
    else if (number === "" && last !== undefined)
      lines[lines.length - 1] = { ...last, caret: code.indexOf("^") };
    else lines.push({ number, code, marked: mark === ">" });
  }
  return lines;
}

export interface Token {
  readonly text: string;
  readonly kind: "plain" | "string" | "comment" | "keyword" | "number" | "call";
}

const keywords = new Set(
  "as async await break case catch class const continue default delete do else export extends finally for from function if import in instanceof interface let new of return satisfies static switch test throw try type typeof using var void while yield true false null undefined this".split(
    " ",
  ),
);

const tokenPattern =
  /(?<comment>\/\/.*|\/\*.*?(?:\*\/|$))|(?<string>"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|`(?:[^`\\]|\\.)*`?)|(?<number>\b\d[\w.]*)|(?<call>[A-Za-z_$][\w$]*(?=\())|(?<word>[A-Za-z_$][\w$]*)/g;

/** Enough of TypeScript to read a few lines by. */
export function codeTokens(code: string): Token[] {
  const tokens: Token[] = [];
  let from = 0;
  const plain = (to: number): void => {
    if (to > from) tokens.push({ text: code.slice(from, to), kind: "plain" });
  };
  for (const match of code.length > 2000 ? [] : code.matchAll(tokenPattern)) {
    const kind = kindOf(match.groups ?? {});
    if (kind === undefined) continue;
    plain(match.index);
    tokens.push({ text: match[0], kind });
    from = match.index + match[0].length;
  }
  plain(code.length);
  return tokens;
}

function kindOf(groups: Partial<Record<string, string>>): Token["kind"] | undefined {
  if (groups["comment"] !== undefined) return "comment";
  if (groups["string"] !== undefined) return "string";
  if (groups["number"] !== undefined) return "number";
  if (keywords.has(groups["word"] ?? groups["call"] ?? "")) return "keyword";
  return groups["call"] === undefined ? undefined : "call";
}
