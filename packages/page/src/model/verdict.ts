import type { RunModel } from "./run-model.ts";

export interface Verdict {
  readonly tone: "passed" | "failed" | "warned" | "neutral";
  readonly title: string;
  /** What the title leaves open. */
  readonly more?: string;
}

const interruptedExitCode = 130;

/** A run in one line. */
export function verdictOf(
  { run, counts }: RunModel,
  { live = false }: { readonly live?: boolean } = {},
): Verdict {
  const { finished } = run;
  const failures = `${plural(counts.failed, "test")} failed`;
  if (finished === undefined && run.runId === "")
    return {
      tone: "neutral",
      title: "No run yet",
      ...(live ? {} : { more: "This report has no events." }),
    };
  if (finished === undefined && live) {
    const ended = counts.all - counts.running;
    return {
      tone: counts.failed > 0 ? "failed" : "neutral",
      title:
        counts.failed > 0
          ? `Running, ${failures} so far`
          : `Running, ${plural(ended, "test")} done`,
    };
  }
  if (finished === undefined) {
    return {
      tone: counts.failed > 0 ? "failed" : "warned",
      title: counts.failed > 0 ? `Cut short, ${failures}` : "Cut short",
      more: `The run has no end: what stands here is what was known before it stopped${counts.running === 0 ? "" : `, with ${plural(counts.running, "test")} under way`}.`,
    };
  }
  if (finished.exitCode === interruptedExitCode) {
    return {
      tone: counts.failed > 0 ? "failed" : "warned",
      title: counts.failed > 0 ? `Interrupted, ${failures}` : "Interrupted",
      more: "Somebody ended the run before all tests had run.",
    };
  }
  if (counts.failed > 0) return { tone: "failed", title: failures, ...flaky(counts.flaky) };
  if (finished.exitCode !== 0) {
    return {
      tone: "failed",
      title:
        counts.all === 0 ? "The run failed before any test" : "The run failed, though no test did",
      more: `It ended with exit status ${finished.exitCode}; see the findings and the services.`,
    };
  }
  if (counts.all === 0) {
    return {
      tone: "neutral",
      title: "No tests ran",
      more: "No test matched what was asked for.",
    };
  }
  const ran = counts.passed + counts.flaky;
  if (ran === 0) {
    return {
      tone: "neutral",
      title:
        counts.all === 1
          ? "The only test was skipped"
          : `All ${number(counts.all)} tests were skipped`,
    };
  }
  return {
    tone: counts.flaky > 0 ? "warned" : "passed",
    title:
      ran === 1
        ? "1 test passed"
        : `${counts.skipped === 0 ? "All " : ""}${number(ran)} tests passed`,
    ...flaky(counts.flaky),
  };
}

function flaky(count: number): { readonly more?: string } {
  return count === 0 ? {} : { more: `${plural(count, "test")} passed only when tried again.` };
}

export function plural(count: number, noun: string): string {
  return `${number(count)} ${noun}${count === 1 ? "" : "s"}`;
}

export function number(value: number): string {
  return value.toLocaleString("en");
}

/** Of the tests that ran; one decimal, and never rounded up to "all". */
export function successRate({ passed, flaky: again, failed }: RunModel["counts"]): string {
  const ran = passed + again + failed;
  if (ran === 0) return "–";
  const rate = ((passed + again) / ran) * 100;
  return `${(failed > 0 ? Math.min(99.9, Math.floor(rate * 10) / 10) : 100).toFixed(failed > 0 ? 1 : 0)} %`;
}
