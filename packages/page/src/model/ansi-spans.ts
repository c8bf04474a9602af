import { cleanText, escapeSequence } from "./clean-text.ts";

export interface AnsiSpan {
  readonly text: string;
  /** 0 to 7: black, red, green, yellow, blue, magenta, cyan, white. */
  readonly color?: number;
  readonly bold?: true;
  readonly dim?: true;
}

type Style = Omit<AnsiSpan, "text">;

/** Text with its colours: the sixteen of a terminal; all other escape sequences are dropped. */
export function ansiSpans(text: string): AnsiSpan[] {
  if (!text.includes("\u001B")) return [{ text: cleanText(text) }];
  const spans: AnsiSpan[] = [];
  let style: Style = {};
  let from = 0;
  const add = (part: string): void => {
    if (part !== "") spans.push({ text: cleanText(part), ...style });
  };
  for (const match of text.matchAll(escapeSequence)) {
    add(text.slice(from, match.index));
    from = match.index + match[0].length;
    // oxlint-disable-next-line no-control-regex
    const codes = /^\u001B\[([\d;]*)m$/.exec(match[0])?.[1];
    if (codes !== undefined) style = styleAfter(style, codes);
  }
  add(text.slice(from));
  return spans;
}

function styleAfter(before: Style, codes: string): Style {
  let style = before;
  const numbers = codes.split(";").map(Number);
  for (let index = 0; index < numbers.length; index += 1) {
    const code = numbers[index] ?? 0;
    if (code === 0) style = {};
    else if (code === 1) style = { ...style, bold: true };
    else if (code === 2) style = { ...style, dim: true };
    else if (code === 22) style = color(style.color);
    else if (code >= 30 && code <= 37) style = { ...style, color: code - 30 };
    else if (code >= 90 && code <= 97) style = { ...style, color: code - 90 };
    else if (code === 39) style = without(style);
    else if (code === 38 || code === 48) index += numbers[index + 1] === 5 ? 2 : 4; // one of 256, or of all
  }
  return style;
}

function color(value: number | undefined): Style {
  return value === undefined ? {} : { color: value };
}

function without({ color: _color, ...style }: Style): Style {
  return style;
}
