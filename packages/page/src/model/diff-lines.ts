import { cleanText } from "./clean-text.ts";

export interface DiffLine {
  readonly kind: "expected" | "received" | "same" | "place" | "title";
  readonly text: string;
}

/** Vitest's: `-` is what was expected, `+` what was received. */
export function diffLines(diff: string): DiffLine[] {
  const lines = cleanText(diff).trim().split("\n");
  return lines.map((text, index) => {
    if (index < 3 && /^[-+] (Expected|Received)\b/.test(text)) return { kind: "title", text };
    if (text.startsWith("@@")) return { kind: "place", text };
    if (text.startsWith("-")) return { kind: "expected", text };
    return { kind: text.startsWith("+") ? "received" : "same", text };
  });
}
