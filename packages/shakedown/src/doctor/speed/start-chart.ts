import { durationText } from "../../kit/duration-text.ts";
import { criticalChain, type MeasuredStart } from "./start-phases.ts";

export interface ChartRow {
  readonly title: string;
  /** Blanks, then blocks: where the phase lies in the whole start. */
  readonly bar: string;
  readonly took: string;
  /** On the critical chain: the start would be shorter if this were. */
  readonly isCritical: boolean;
}

const barWidth = 40;

/** The start as bars under each other, in the order in which they began. */
export function startChart({ phases, totalMs }: MeasuredStart): readonly ChartRow[] {
  const chain = criticalChain(phases);
  const column = (ms: number): number => Math.round((Math.min(ms, totalMs) / totalMs) * barWidth);
  return phases
    .toSorted((left, right) => left.fromMs - right.fromMs || left.toMs - right.toMs)
    .map((phase) => {
      const from = Math.min(column(phase.fromMs), barWidth - 1);
      const length = Math.max(1, column(phase.toMs) - from);
      return {
        title: phase.title,
        bar: `${" ".repeat(from)}${"━".repeat(length)}`.padEnd(barWidth),
        took: durationText(phase.toMs - phase.fromMs),
        isCritical: chain.includes(phase),
      };
    });
}
