import { failureCauses } from "../model/failure-causes.ts";
import { verdictOf } from "../model/verdict.ts";
import { CopyButton } from "../parts/copy-button.tsx";
import { CountBar } from "../parts/count-bar.tsx";
import { cleanLine } from "../model/clean-text.ts";
import { runIsUnderWay } from "../live/live-state.ts";
import { isLive, model } from "../state/run.ts";
import { Causes } from "./causes.tsx";
import { Findings, Flaky, Folders, ServicesGlance, SlowestGlance } from "./glances.tsx";
import { Totals } from "./totals.tsx";
import "./overview.css";

export function Overview() {
  const { run, counts, rows } = model.value;
  const verdict = verdictOf(model.value, { live: isLive.value && runIsUnderWay.value });
  const causes = failureCauses(rows);
  return (
    <div class="overview">
      <header class={`verdict ${verdict.tone}`}>
        <h1>{verdict.title}</h1>
        {verdict.more === undefined ? null : <p>{verdict.more}</p>}
        {counts.all === 0 ? null : <CountBar counts={counts} />}
        {run.runId === "" ? null : (
          <div class="run-line">
            <code title={cleanLine(run.command, 4000)}>{cleanLine(run.command, 160)}</code>
            <CopyButton quiet text={run.command} label="Copy the run's command" />
            <span>{new Date(run.startedEpochMs).toLocaleString()}</span>
            <span>run {cleanLine(run.runId, 80)}</span>
            <span>shakedown {cleanLine(run.shakedownVersion, 40)}</span>
          </div>
        )}
      </header>
      {run.runId === "" ? null : <Totals />}
      <div class="overview-columns">
        <div class="overview-main">
          <Findings />
          {causes.length === 0 ? null : <Causes causes={causes} />}
          <Flaky />
          <Folders />
        </div>
        <div class="overview-side">
          <ServicesGlance />
          <SlowestGlance />
        </div>
      </div>
    </div>
  );
}
