import { useComputed } from "@preact/signals";
import { durationText } from "../../../shakedown/src/kit/duration-text.ts";
import { workerLanes } from "../model/worker-lanes.ts";
import { Panel } from "../parts/panel.tsx";
import { model } from "../state/run.ts";
import { LaneChart } from "./lane-chart.tsx";
import "./workers.css";

export function WorkersView() {
  const chart = useComputed(() => workerLanes(model.value)).value;
  if (chart.lanes.length === 0) return <p class="empty">No worker ran a test.</p>;
  const whole = chart.lanes[0];
  const percent = (ms: number, lane: typeof whole): string => {
    const all = lane === undefined ? 0 : lane.testMs + lane.resetMs + lane.slotMs + lane.idleMs;
    return all === 0 ? "" : `${Math.round((ms / all) * 100)} %`;
  };
  return (
    <section class="stacked" aria-label="Workers">
      <Panel
        title="Time line"
        aside={
          <span class="legends">
            {(["passed", "failed", "reset", "slot", "start"] as const).map((kind) => (
              <span key={kind} class="legend">
                <span class={`swatch lane-${kind}`} aria-hidden="true" />
                {legend[kind]}
              </span>
            ))}
          </span>
        }
      >
        <LaneChart chart={chart} />
      </Panel>
      <Panel title="By worker">
        <div class="scroll">
          <table class="facts grid">
            <thead>
              <tr>
                <th scope="col">Worker</th>
                <th scope="col">Tests</th>
                <th scope="col">In tests</th>
                <th scope="col">Resets</th>
                <th scope="col">Slots made</th>
                <th scope="col">Between</th>
                <th scope="col">Busy with tests</th>
              </tr>
            </thead>
            <tbody>
              {chart.lanes.map((lane, index) => (
                <tr key={index}>
                  <th scope="row">{lane.slot === undefined ? "no slot" : `slot ${lane.slot}`}</th>
                  <td>{lane.tests}</td>
                  <td>{durationText(lane.testMs)}</td>
                  <td>{durationText(lane.resetMs)}</td>
                  <td>{durationText(lane.slotMs)}</td>
                  <td>{durationText(lane.idleMs)}</td>
                  <td>{percent(lane.testMs, lane)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        <p class="note pad">Between: loading files, collecting tests, waiting for work.</p>
      </Panel>
    </section>
  );
}

const legend = {
  passed: "passed",
  failed: "failed",
  reset: "reset",
  slot: "slot made",
  start: "services start",
} as const;
