import type { CheckResult, CheckState } from "../../doctor/check.ts";
import { examine } from "../../doctor/examine.ts";
import { examineSpeed } from "../../doctor/speed/examine-speed.ts";
import type { Paint, Style } from "../../kit/paint.ts";
import { printable, printableLine } from "../../kit/printable.ts";
import { command } from "../command.ts";
import { loadStack, locateStack } from "../load-stack.ts";
import { speedText } from "../speed-text.ts";

export const doctorCommand = command({
  name: "doctor",
  summary: "Look for what keeps the stack from working on this machine, and say how to get there",
  usage: "",
  description: [
    "Looks at the machine, the stack file with its references, .env files, leftovers of dead runs, and starts each service once for",
    "a sample test. Each check says what was seen, what is needed and what to do. Exit status 3 when a check failed.",
  ],
  options: {
    fix: {
      type: "boolean",
      summary: "Do what can be done: sweep leftovers, make folders private, install programs.",
    },
    speed: { type: "boolean", summary: "Start the stack twice and show where the time goes." },
    quick: { type: "boolean", summary: "Start no service." },
  },
  positionals: { least: 0, most: 0, what: "" },
  async run({ options, cwd, environment, terminal, interrupted }) {
    const asText = options.json !== true;
    if (options.speed === true) {
      const plan = await loadStack({ cwd, named: options.stack, environment });
      const speed = await examineSpeed(plan, environment);
      terminal.out(
        asText ? speedText(speed, terminal.paint) : `${JSON.stringify(speed, null, 2)}\n`,
      );
      return 0;
    }
    const results: FixedResult[] = [];
    const named = options.stack;
    const examination = examine({
      cwd,
      environment,
      locate: () => locateStack({ cwd, named }),
      startServices: options.quick !== true,
    });
    let area: string | undefined;
    for await (const result of examination) {
      if (interrupted.aborted) return 130;
      if (asText && result.area !== area) {
        const gap = area === undefined ? "" : "\n";
        terminal.out(`${gap} ${terminal.paint("bold", result.area)}\n`);
      }
      area = result.area;
      const told = options.fix === true ? await fixed(result) : result;
      results.push(told);
      if (asText) terminal.out(describeResult(told, terminal.paint));
    }
    const failed = results.filter((each) => each.state === "failed" && each.fixed === undefined);
    if (asText) terminal.out(`\n ${describeCounts(results)}\n`);
    else terminal.out(`${JSON.stringify({ ok: failed.length === 0, results }, null, 2)}\n`);
    return failed.length === 0 ? 0 : 3;
  },
});

interface FixedResult extends CheckResult {
  /** What was done about it. */
  readonly fixed?: string;
  readonly notFixed?: string;
}

async function fixed({ fix, ...result }: CheckResult): Promise<FixedResult> {
  if (fix === undefined) return result;
  try {
    return { ...result, fixed: await fix() };
  } catch (error) {
    return { ...result, notFixed: (error as Error).message };
  }
}

const marks: Readonly<Record<CheckState, readonly [mark: string, style: Style]>> = {
  ok: ["✔", "green"],
  advice: ["!", "yellow"],
  failed: ["✖", "red"],
  skipped: ["·", "dim"],
};

/** Names are short: what is longer pushes its own line only. */
const nameWidth = 24;

function describeResult(
  { name, state, seen, needed, remedy, fixed: done, notFixed }: FixedResult,
  paint: Paint,
): string {
  const [mark, style] = marks[state];
  const below = [
    ...(needed === undefined ? [] : [`${paint("dim", "needed")} ${needed}`]),
    ...(remedy === undefined || done !== undefined
      ? []
      : remedy.split("\n").map((line) => `${paint("cyan", "→")} ${line}`)),
    ...(done === undefined ? [] : [`${paint("green", "fixed")} ${done}`]),
    ...(notFixed === undefined
      ? []
      : [`${paint("red", "not fixed")} ${printableLine(notFixed, 2000)}`]),
  ];
  const [first = "", ...more] = printable(seen).split("\n");
  const shown = state === "skipped" ? paint("dim", first) : first;
  return [
    `  ${paint(style, mark)} ${name.padEnd(nameWidth)} ${shown}`,
    ...[...more, ...below].map((line) => `      ${line}`),
  ]
    .map((line) => `${line}\n`)
    .join("");
}

function describeCounts(results: readonly FixedResult[]): string {
  const count = (state: CheckState): number =>
    results.filter((result) => result.state === state && result.fixed === undefined).length;
  const done = results.filter((result) => result.fixed !== undefined).length;
  const parts = [
    `${count("ok")} in order`,
    ...(count("advice") === 0 ? [] : [`${count("advice")} could be better`]),
    ...(done === 0 ? [] : [`${done} fixed`]),
    ...(count("failed") === 0 ? [] : [`${count("failed")} failed`]),
  ];
  return parts.join(", ");
}
