import { expect, test } from "vitest";
import { loadCommands } from "../../src/cli/command-index.ts";
import { renderOverview } from "../../src/cli/render-help.ts";
import { plainPaint } from "../../src/kit/paint.ts";

test.for([60, 80, 100, 160])(
  "no line of the overview is wider than %i columns",
  async (columns) => {
    const commands = await loadCommands();
    const text = renderOverview(commands, "1.2.3", { paint: plainPaint, columns });
    expect(text.split("\n").filter((line) => line.length > columns)).toEqual([]);
    for (const { name, summary } of commands) {
      expect(text).toContain(`\n  ${name}`);
      expect(text.replaceAll(/\s+/g, " ")).toContain(summary);
    }
  },
);
