import { durationText } from "../../../shakedown/src/kit/duration-text.ts";
import { cleanLine } from "../model/clean-text.ts";
import type { TestRow } from "../model/run-model.ts";
import { testTimes, type TimePart } from "../model/test-times.ts";
import { Panel } from "../parts/panel.tsx";

const kindWords = { fixture: "set up", body: "", reset: "reset", aside: "" } as const;

export function TimePanel({ row }: { readonly row: TestRow }) {
  const parts = testTimes(row.snapshot);
  const total = parts.reduce((sum, { ms }) => sum + ms, 0);
  return (
    <Panel title="Time" aside={durationText(total)}>
      <div class="time-bar" aria-hidden="true">
        {parts.map((part, index) => (
          <span
            key={index}
            class={`time-part ${part.kind}`}
            style={{ flexGrow: total === 0 ? 1 : part.ms / total }}
          />
        ))}
      </div>
      <table class="facts times">
        <tbody>
          {parts.map((part, index) => (
            <tr key={index}>
              <th scope="row">
                <span class={`swatch ${part.kind}`} aria-hidden="true" />
                {cleanLine(part.name, 120)} <span class="dim">{kindWords[part.kind]}</span>
                {part.outcome === undefined ? null : <ResetWords outcome={part.outcome} />}
              </th>
              <td>{durationText(part.ms)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

function ResetWords({ outcome }: { readonly outcome: NonNullable<TimePart["outcome"]> }) {
  if (outcome.kind === "clean") return <span class="dim"> · nothing to undo</span>;
  if (outcome.kind === "restored") return <span class="dim"> · writes undone</span>;
  return <p class="reset-reason">made anew: {cleanLine(outcome.reason)}</p>;
}
