export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

/** Puts a style around a text, or does not, where the reader has no colours. */
export type Paint = (style: Style, text: string) => string;

export const plainPaint: Paint = (_style, text) => text;

export const colourPaint: Paint = (style, text) => {
  const [open, close] = codes[style];
  return `\u001B[${open}m${text}\u001B[${close}m`;
};

const codes: Record<Style, readonly [number, number]> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
};
