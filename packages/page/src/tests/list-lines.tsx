import type { ListRow } from "../model/list-rows.ts";
import type { TestRow } from "../model/run-model.ts";
import { Icon } from "../parts/icon.tsx";
import { StateMark } from "../parts/state-mark.tsx";
import { durationText } from "../../../shakedown/src/kit/duration-text.ts";
import { filter, changeFilter, toHash } from "../state/route.ts";
import { folded } from "../state/run.ts";
import { selectedTest } from "../state/selection.ts";

type Kind<Name extends ListRow["kind"]> = Extract<ListRow, { kind: Name }>;

export function FileRow({ row: { file, counts, ms } }: { readonly row: Kind<"file"> }) {
  const isFolded = folded.value.has(file);
  const toggle = (): void => {
    const after = new Set(folded.value);
    if (!after.delete(file)) after.add(file);
    folded.value = after;
  };
  const slash = file.lastIndexOf("/") + 1;
  return (
    <div class="line file" role="listitem">
      <button type="button" class="file-fold" aria-expanded={!isFolded} onClick={toggle}>
        <Icon name={isFolded ? "right" : "down"} />
        <span class="file-name">
          <span class="dim">{file.slice(0, slash)}</span>
          {file.slice(slash)}
        </span>
      </button>
      {(["failed", "flaky", "running", "skipped"] as const).map((state) =>
        counts[state] === 0 ? null : (
          <span key={state} class={`count ${state}`}>
            {counts[state]} {state}
          </span>
        ),
      )}
      <span class="count">{counts.all}</span>
      <span class="line-time">{durationText(ms)}</span>
    </div>
  );
}

export function SuiteRow({ row: { suite } }: { readonly row: Kind<"suite"> }) {
  return (
    <div class="line suite" role="listitem">
      <button
        type="button"
        title="Show only this suite"
        onClick={() => changeFilter({ suites: [suite] })}
      >
        {suite}
      </button>
    </div>
  );
}

export function TestRowLine({
  row,
  grouped,
}: {
  readonly row: TestRow;
  readonly grouped: boolean;
}) {
  const { result } = row.snapshot;
  return (
    <div class={selectedTest.value === row.id ? "line test selected" : "line test"} role="listitem">
      <a
        class={grouped && row.suite !== "" ? "test-link inside" : "test-link"}
        href={toHash({ view: "tests", id: row.id, filter: filter.value })}
      >
        <StateMark state={row.state} />
        <span class="test-name">
          {grouped ? null : <span class="dim">{row.suite === "" ? row.file : row.suite} › </span>}
          {row.name}
        </span>
      </a>
      {row.tags.map((tag) => (
        <button key={tag} type="button" class="tag" onClick={() => changeFilter({ tags: [tag] })}>
          {tag}
        </button>
      ))}
      {result.retries > 0 ? <span class="count flaky">{result.retries + 1} attempts</span> : null}
      {row.project === "" ? null : <span class="count project">{row.project}</span>}
      <span class="line-time">
        {row.state === "skipped" || row.state === "running" ? "" : durationText(row.durationMs)}
      </span>
    </div>
  );
}
