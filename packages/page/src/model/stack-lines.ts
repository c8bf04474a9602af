import { cleanText } from "./clean-text.ts";

export interface StackLine {
  readonly text: string;
  /** In code of a package or of Node: dimmed. */
  readonly foreign: boolean;
}

/** The frames, without the message that stands above them; paths from the project's root. */
export function stackLines(stack: string, root: string | undefined): StackLine[] {
  return cleanText(stack)
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .map((line) => {
      const text = line.trim().replaceAll("file://", "");
      const foreign = /node_modules|node:|<anonymous>\)?$/.test(text);
      return { text: root === undefined ? text : text.replaceAll(`${root}/`, ""), foreign };
    });
}
