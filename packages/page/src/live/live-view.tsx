import { durationText } from "../../../shakedown/src/kit/duration-text.ts";
import { cleanLine } from "../model/clean-text.ts";
import { number, plural, verdictOf } from "../model/verdict.ts";
import { CountBar } from "../parts/count-bar.tsx";
import { Panel } from "../parts/panel.tsx";
import { StateMark } from "../parts/state-mark.tsx";
import { noFilter } from "../model/test-filter.ts";
import { toHash } from "../state/route.ts";
import { model } from "../state/run.ts";
import { connection, now, runIsUnderWay, status } from "./live-state.ts";
import { LiveLogs } from "./live-logs.tsx";
import { LiveServices } from "./live-services.tsx";
import "./live.css";

export function LiveView() {
  return (
    <section class="live" aria-label="Live" data-connection={connection.value}>
      <Supervisor />
      <div class="live-columns">
        <div class="stacked">
          <LiveServices />
          <LiveLogs />
        </div>
        <div class="stacked">
          <RunNow />
          <RunningTests />
          <LastFinished />
        </div>
      </div>
    </section>
  );
}

function Supervisor() {
  const is = status.value;
  if (is === undefined) return null;
  const facts = [
    `process ${is.pid}`,
    `up ${durationText(now.value - is.startedEpochMs)}`,
    `${Math.round(is.memoryBytes / 2 ** 20)} MB`,
    plural(is.sessions.length, "session"),
    `${is.slots.filter(({ held }) => held).length} of ${plural(is.slots.length, "slot")} in use`,
    ...(is.idleStopsAtEpochMs === undefined
      ? []
      : [`stops in ${durationText(Math.max(0, is.idleStopsAtEpochMs - now.value))} when idle`]),
    ...(is.keep ? ["keeps running between runs"] : []),
  ];
  return (
    <p class="live-facts">
      <code>{cleanLine(is.stackFile, 200)}</code>
      {facts.map((fact) => (
        <span key={fact}>{fact}</span>
      ))}
    </p>
  );
}

function RunNow() {
  const { run, counts, endEpochMs } = model.value;
  if (run.runId === "") {
    return (
      <Panel title="Run">
        <div class="empty-run">
          <p>No run yet.</p>
          <p class="dim">This page follows the next one: npx shakedown run</p>
        </div>
      </Panel>
    );
  }
  const { title, tone } = verdictOf(model.value, { live: runIsUnderWay.value });
  const ms = runIsUnderWay.value
    ? Math.max(0, now.value - run.startedEpochMs)
    : endEpochMs - run.startedEpochMs;
  return (
    <Panel title={runIsUnderWay.value ? "Run under way" : "Last run"} aside={durationText(ms)}>
      <div class={`run-now verdict ${tone}`}>
        <h3>{title}</h3>
        {counts.all === 0 ? null : <CountBar counts={counts} />}
        <p class="run-counts">
          {(["failed", "flaky", "passed", "skipped"] as const).map((state) =>
            counts[state] === 0 ? null : (
              <a
                key={state}
                href={toHash({ view: "tests", filter: { ...noFilter, states: [state] } })}
              >
                <StateMark state={state} /> {number(counts[state])} {state}
              </a>
            ),
          )}
        </p>
        <code class="dim">{cleanLine(run.command, 160)}</code>
      </div>
    </Panel>
  );
}

function RunningTests() {
  const { running } = model.value.run;
  if (running.length === 0 || !runIsUnderWay.value) return null;
  return (
    <Panel title="Running" aside={number(running.length)}>
      <ul class="glance">
        {running.slice(0, 30).map(({ test, slot, startedEpochMs }) => (
          <li key={test.id}>
            <a href={toHash({ view: "tests", id: test.id })}>
              <StateMark state="running" />
              <span class="cut">
                {cleanLine(test.name)}
                <span class="dim"> {slot === undefined ? "" : `slot ${slot}`}</span>
              </span>
              <span class="dim end">{durationText(Math.max(0, now.value - startedEpochMs))}</span>
            </a>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function LastFinished() {
  const last = model.value.run.tests.slice(-12).toReversed();
  if (last.length === 0) return null;
  return (
    <Panel title="Finished last" aside={<a href={toHash({ view: "tests" })}>All tests</a>}>
      <ul class="glance">
        {last.map(({ test, result }) => (
          <li key={test.id}>
            <a href={toHash({ view: "tests", id: test.id })}>
              <StateMark state={model.value.byId.get(test.id)?.state ?? result.state} />
              <span class="cut">{cleanLine(test.name)}</span>
              <span class="dim end">{durationText(result.durationMs)}</span>
            </a>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
