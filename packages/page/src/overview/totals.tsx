import type { ComponentChildren } from "preact";
import { durationText } from "../../../shakedown/src/kit/duration-text.ts";
import { number, plural, successRate } from "../model/verdict.ts";
import { model } from "../state/run.ts";

export function Totals() {
  const { run, counts, endEpochMs } = model.value;
  const { startMs, slots, slotMs, resets, resetMs, resetMedianMs } = run.infrastructure;
  const ran = counts.passed + counts.flaky + counts.failed;
  const wallMs = run.finished?.durationMs ?? endEpochMs - run.startedEpochMs;
  const testMs = model.value.rows.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const workers = run.workers ?? new Set(run.tests.map(({ result }) => result.slot)).size;
  return (
    <dl class="totals">
      <Total name="Tests" value={number(counts.all)}>
        {[
          ...(counts.skipped === 0 ? [] : [`${number(counts.skipped)} skipped`]),
          ...(counts.running === 0 ? [] : [`${number(counts.running)} running`]),
          plural(model.value.files.size, "file"),
        ].join(" · ")}
      </Total>
      <Total name="Success rate" value={successRate(counts)}>
        {ran === 0 ? "nothing ran" : `${number(ran - counts.failed)} of ${number(ran)} that ran`}
      </Total>
      <Total name="Duration" value={durationText(wallMs)}>
        {workers === 0 ? "" : `${plural(workers, "worker")} · `}
        {durationText(testMs)} of tests
      </Total>
      <Total name="Time in services" value={durationText(startMs + slotMs + resetMs)}>
        {slots === 0
          ? "no slot was made"
          : `${durationText(startMs)} to start · ${durationText(slotMs)} for ${plural(slots, "slot")}`}
      </Total>
      {resets === 0 ? null : (
        <Total name="Resets" value={durationText(resetMedianMs)}>
          at the median · {number(resets)} in {durationText(resetMs)}
        </Total>
      )}
    </dl>
  );
}

interface TotalProps {
  readonly name: string;
  readonly value: string;
  readonly children: ComponentChildren;
}

function Total({ name, value, children }: TotalProps) {
  return (
    <div class="total">
      <dt>{name}</dt>
      <dd>{value}</dd>
      <dd class="dim">{children}</dd>
    </div>
  );
}
