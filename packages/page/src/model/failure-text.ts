import { durationText } from "../../../shakedown/src/kit/duration-text.ts";
import { cleanLine, cleanText } from "./clean-text.ts";
import type { TestRow } from "./run-model.ts";
import { writtenTables } from "./written-tables.ts";

const mostLogLines = 40;

/** A test as text to paste into an issue or to hand to somebody (or something) that mends it. */
export function failureText({ snapshot, file, suite, name, state, rerun }: TestRow): string {
  const { test, result, logs } = snapshot;
  const title = [file, suite, name].filter((part) => part !== "").join(" › ");
  const place = test.line === undefined ? file : `${file}:${test.line}`;
  const facts = [state, durationText(result.durationMs), place];
  return `${[
    `# ${title}`,
    facts.join(", "),
    ...result.errors.flatMap(({ message, diff, codeFrame }) => [
      fenced(message),
      ...(diff === undefined ? [] : [fenced(diff, "diff")]),
      ...(codeFrame === undefined ? [] : [fenced(codeFrame)]),
    ]),
    ...writtenTables(snapshot).map(
      ({ service, tables }) =>
        `Wrote to ${service}: ${tables.map((table) => `${cleanLine(table.name)} (${table.rows})`).join(", ")}`,
    ),
    ...logs
      .filter(({ used }) => used !== false)
      .flatMap(({ service, shared, lines }) => [
        `Log of ${service}${shared ? " (other tests' lines included)" : ""}:`,
        fenced(
          lines
            .slice(-mostLogLines)
            .map((line) => cleanLine(line, 500))
            .join("\n"),
        ),
      ]),
    `Again: \`${rerun}\``,
  ].join("\n\n")}\n`;
}

/** The fence is longer than any in the text. */
function fenced(text: string, language = ""): string {
  const clean = cleanText(text.slice(0, 20_000)).trim();
  const longest = Math.max(2, ...[...clean.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${clean}\n${fence}`;
}
