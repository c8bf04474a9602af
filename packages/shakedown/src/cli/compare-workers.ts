import { ShakedownError } from "../errors/shakedown-error.ts";
import { durationText } from "../kit/duration-text.ts";
import type { ExitCode } from "./command.ts";
import type { RecordedRun } from "./recorded-run.ts";
import { table } from "./table.ts";

/** `--compare-workers 1,2` → [1, 2] */
export function parseWorkerCounts(text: string): readonly number[] {
  const counts = text.split(",").map((word) => (/^\d+$/.test(word.trim()) ? Number(word) : 0));
  if (counts.every((count) => count > 0)) return counts;
  throw new ShakedownError(
    "CLI_USAGE",
    `--compare-workers takes numbers of workers, got "${text}"`,
    {
      hint: "Write them with commas between: shakedown run --compare-workers 1,2",
    },
  );
}

export interface ComparedRun extends RecordedRun {
  readonly workers: number;
}

/** The times of the same tests on different numbers of workers, the first one as the measure. */
export function renderComparison(runs: readonly ComparedRun[]): string {
  const first = durationOf(runs[0]);
  const rows = runs.map((compared) => {
    const tookMs = durationOf(compared);
    const { tests } = compared.run;
    const failed = tests.filter(({ result }) => result.state === "failed").length;
    return [
      String(compared.workers),
      tookMs === undefined ? "cut short" : durationText(tookMs),
      tookMs === undefined || first === undefined || tookMs === 0
        ? ""
        : `${(first / tookMs).toFixed(2)} ×`,
      `${tests.length} tests${failed === 0 ? "" : `, ${failed} failed`}`,
    ];
  });
  return table([["workers", "took", "speed-up", ""], ...rows]);
}

/** The worst of them: an interrupted one first, then what is ours, the machine's, the user's, the tests'. */
export function worstExitCode(runs: readonly Pick<RecordedRun, "exitCode">[]): ExitCode {
  return runs.reduce<ExitCode>((worst, { exitCode }) => (exitCode > worst ? exitCode : worst), 0);
}

function durationOf(compared: ComparedRun | undefined): number | undefined {
  return compared?.run.finished?.durationMs;
}
