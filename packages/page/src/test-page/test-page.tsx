import { useEffect } from "preact/hooks";
import { durationText } from "../../../shakedown/src/kit/duration-text.ts";
import { failureText } from "../model/failure-text.ts";
import type { TestRow } from "../model/run-model.ts";
import { plural } from "../model/verdict.ts";
import { CopyButton } from "../parts/copy-button.tsx";
import { Icon } from "../parts/icon.tsx";
import { Panel } from "../parts/panel.tsx";
import { StateMark, stateWords } from "../parts/state-mark.tsx";
import { filter, toHash } from "../state/route.ts";
import { model, shownTests } from "../state/run.ts";
import { selectedTest } from "../state/selection.ts";
import { KeptPanel, WrittenPanel } from "./data-panels.tsx";
import { ErrorBlock } from "./error-block.tsx";
import { LogPanel } from "./log-panel.tsx";
import { TimePanel } from "./time-panel.tsx";
import "./test-page.css";

export function TestPage({ id }: { readonly id: string }) {
  const row = model.value.byId.get(id);
  useEffect(() => {
    selectedTest.value = id;
    scrollTo({ top: 0 });
  }, [id]);
  if (row === undefined) {
    return (
      <div class="empty">
        <p>This run has no such test. The link may be of another run.</p>
        <a class="button" href={toHash({ view: "tests" })}>
          All tests
        </a>
      </div>
    );
  }
  const { result, diagnosis } = row.snapshot;
  const { root } = model.value.run;
  const earlier = result.earlierErrors ?? [];
  const bare = result.errors.length + earlier.length + row.snapshot.logs.length === 0;
  return (
    <article class="test-page" aria-label={row.name}>
      <Head row={row} />
      <div class={bare ? "test-columns bare" : "test-columns"}>
        <div class="test-main">
          {result.errors.length === 0 ? null : (
            <Panel
              title={result.errors.length === 1 ? "Error" : plural(result.errors.length, "error")}
              tone="failed"
            >
              {diagnosis === undefined ? null : (
                <p class="likely-cause">
                  Likely cause: {diagnosis.says}. <span class="dim">{diagnosis.remedy}</span>
                </p>
              )}
              {result.errors.map((error, index) => (
                <ErrorBlock key={index} error={error} root={root} />
              ))}
            </Panel>
          )}
          {earlier.length === 0 ? null : (
            <Panel title="Attempts before" aside={plural(earlier.length, "attempt")} tone="warned">
              {earlier.map((errors, index) => (
                <details
                  key={index}
                  class="attempt"
                  open={result.state === "passed" && index === 0}
                >
                  <summary>
                    Attempt {index + 1}
                    <span class="dim">
                      {" "}
                      · {errors[0]?.message.split("\n")[0]?.slice(0, 200) ?? "failed"}
                    </span>
                  </summary>
                  {errors.map((error, at) => (
                    <ErrorBlock key={at} error={error} root={root} />
                  ))}
                </details>
              ))}
            </Panel>
          )}
          <LogPanel row={row} />
          {bare ? <p class="empty small">{nothingToTell[row.state]}</p> : null}
        </div>
        <aside class="test-side">
          {row.state === "skipped" || row.state === "running" ? null : <TimePanel row={row} />}
          <KeptPanel row={row} />
          <WrittenPanel row={row} />
          <Panel title="Run it again">
            <div class="command">
              <code>{row.rerun}</code>
              <CopyButton quiet text={row.rerun} label="Copy the command" />
            </div>
          </Panel>
        </aside>
      </div>
    </article>
  );
}

const nothingToTell = {
  passed: "Passed. Log lines are gathered for tests that fail.",
  flaky: "Passed in the end.",
  failed: "Failed without an error.",
  skipped: "Skipped: nothing ran.",
  running: "Running, or cut off while it ran.",
} as const;

function Head({ row }: { readonly row: TestRow }) {
  const { result, test } = row.snapshot;
  const tests = shownTests.value;
  const at = tests.findIndex(({ id }) => id === row.id);
  const slot = result.slot;
  return (
    <header class="test-head">
      <nav class="crumbs" aria-label="Where it is">
        <a href={toHash({ view: "tests", filter: filter.value })}>Tests</a>
        <span aria-hidden="true">›</span>
        <a href={toHash({ view: "tests", filter: { ...filter.value, files: [row.file] } })}>
          {row.file}
        </a>
        {test.line === undefined ? null : <span class="dim">:{test.line}</span>}
        {row.suite === "" ? null : (
          <>
            <span aria-hidden="true">›</span>
            <span>{row.suite}</span>
          </>
        )}
        <span class="pager">
          <Step to={tests[at - 1]} label="Previous test (k)" icon="left" />
          <span class="dim">{at < 0 ? "" : `${at + 1} of ${tests.length}`}</span>
          <Step to={tests[at + 1]} label="Next test (j)" icon="right" />
        </span>
      </nav>
      <h1>
        <StateMark state={row.state} />
        <span>{row.name}</span>
      </h1>
      <div class="test-facts">
        <span class={`state ${row.state}`}>{stateWords[row.state]}</span>
        {row.state === "skipped" || row.state === "running" ? null : (
          <span>{durationText(row.durationMs)}</span>
        )}
        {slot === undefined ? null : <span>slot {slot}</span>}
        {result.retries > 0 ? <span>{plural(result.retries + 1, "attempt")}</span> : null}
        {row.project === "" ? null : <span>{row.project}</span>}
        <span class="dim">{new Date(result.startedEpochMs).toLocaleTimeString()}</span>
        {row.tags.map((tag) => (
          <a
            key={tag}
            class="tag"
            href={toHash({ view: "tests", filter: { ...filter.value, tags: [tag] } })}
          >
            {tag}
          </a>
        ))}
        <span class="test-actions">
          <CopyButton text={() => location.href} label="Copy link" />
          <CopyButton text={() => failureText(row)} label="Copy as text" />
        </span>
      </div>
    </header>
  );
}

interface StepProps {
  readonly to: TestRow | undefined;
  readonly label: string;
  readonly icon: "left" | "right";
}

function Step({ to, label, icon }: StepProps) {
  return to === undefined ? (
    <span class="button quiet off" aria-hidden="true">
      <Icon name={icon} />
    </span>
  ) : (
    <a
      class="button quiet"
      href={toHash({ view: "tests", id: to.id, filter: filter.value })}
      aria-label={label}
      title={label}
    >
      <Icon name={icon} />
    </a>
  );
}
