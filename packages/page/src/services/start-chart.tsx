import type { RunSnapshot } from "../../../shakedown/src/events/reduce-run.ts";
import { durationText } from "../../../shakedown/src/kit/duration-text.ts";
import { cleanLine } from "../model/clean-text.ts";
import { type StartBar, startChart } from "../model/start-chart.ts";
import { ticks } from "../model/ticks.ts";
import { Panel } from "../parts/panel.tsx";

/** Who waited for whom. */
export function StartChartPanel({ run }: { readonly run: RunSnapshot }) {
  const { bars, totalMs } = startChart(run);
  if (bars.length === 0) return null;
  const chain = bars.filter(({ critical }) => critical);
  const percent = (ms: number): string => `${(ms / totalMs) * 100}%`;
  return (
    <Panel
      title="Start"
      aside={
        <>
          <span class="legend">
            <span class="swatch critical" aria-hidden="true" /> what the start waited for
          </span>
          {durationText(run.infrastructure.startMs)}
        </>
      }
    >
      <div class="gantt" role="table" aria-label="When each service started">
        <div class="gantt-ticks" aria-hidden="true">
          {ticks(0, totalMs * 0.94, 7).map((ms) => (
            <span key={ms} style={{ left: percent(ms) }}>
              {durationText(ms)}
            </span>
          ))}
        </div>
        {bars.map((bar) => (
          <Row key={bar.service} bar={bar} percent={percent} />
        ))}
      </div>
      {chain.length < 2 ? null : (
        <p class="note pad">
          Waited for one after the other:{" "}
          {chain.map(({ service, fromMs, toMs }, index) => (
            <span key={service}>
              {index === 0 ? "" : " → "}
              <b>{cleanLine(service, 60)}</b> {durationText(toMs - fromMs)}
            </span>
          ))}
        </p>
      )}
    </Panel>
  );
}

interface RowProps {
  readonly bar: StartBar;
  readonly percent: (ms: number) => string;
}

function Row({ bar, percent }: RowProps) {
  const { service, fromMs, toMs, ready, waitedFor, waitedFromMs, steps, critical } = bar;
  const waited = waitedFromMs === undefined ? "" : `after ${waitedFor.join(", ")}`;
  const told = [
    ready ? `${durationText(toMs - fromMs)}` : "never ready",
    waited,
    ...steps.map(({ atMs, step }) => `${durationText(atMs - fromMs)}: ${step}`),
  ].filter((part) => part !== "");
  return (
    <div class="gantt-row" role="row" title={cleanLine(told.join("\n"), 2000)}>
      <span class="gantt-name" role="rowheader">
        {cleanLine(service, 80)}
      </span>
      <span class="gantt-track" role="cell">
        {waitedFromMs === undefined ? null : (
          <span
            class="gantt-wait"
            style={{ left: percent(waitedFromMs), width: percent(fromMs - waitedFromMs) }}
            aria-hidden="true"
          />
        )}
        <span
          class={`gantt-bar ${critical ? "critical" : ""} ${ready ? "" : "never"}`}
          style={{ left: percent(fromMs), width: percent(toMs - fromMs) }}
        />
        {steps.map(({ atMs, step }, index) => (
          <span
            key={index}
            class="gantt-step"
            style={{ left: percent(atMs) }}
            title={cleanLine(step, 200)}
            aria-hidden="true"
          />
        ))}
        <span
          class={
            fromMs + toMs > 0 && percentNumber(percent(toMs)) > 72
              ? "gantt-label before"
              : "gantt-label"
          }
          style={
            percentNumber(percent(toMs)) > 72
              ? { right: `calc(${100 - percentNumber(percent(fromMs))}% + 8px)` }
              : { left: `calc(${percent(toMs)} + 8px)` }
          }
        >
          {ready ? durationText(toMs - fromMs) : "never ready"}
          <span class="dim"> {cleanLine(waited, 120)}</span>
        </span>
      </span>
    </div>
  );
}

function percentNumber(text: string): number {
  return Number.parseFloat(text);
}
