import type { Counts, TestState } from "../model/run-model.ts";
import { plural } from "../model/verdict.ts";

const order: readonly TestState[] = ["failed", "flaky", "running", "passed", "skipped"];

/** Shares as one bar; no share is too small to see. */
export function CountBar({ counts }: { readonly counts: Counts }) {
  const shown = order.filter((state) => counts[state] > 0);
  const words = shown.map((state) => `${counts[state]} ${state}`).join(", ");
  return (
    <div
      class="count-bar"
      role="img"
      aria-label={`${plural(counts.all, "test")}: ${words}`}
      title={words}
    >
      {shown.map((state) => (
        <span key={state} class={`bar-${state}`} style={{ flexGrow: counts[state] }} />
      ))}
    </div>
  );
}
