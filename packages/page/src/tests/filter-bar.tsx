import { useComputed, useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import { filterTests, isFiltering, sorts, type Sort } from "../model/test-filter.ts";
import { type TestState, testStates } from "../model/run-model.ts";
import { Icon } from "../parts/icon.tsx";
import { changeFilter, filter } from "../state/route.ts";
import { model } from "../state/run.ts";
import { searchIsWanted } from "../state/selection.ts";
import { FilterMenu } from "./filter-menu.tsx";

const sortWords: Readonly<Record<Sort, string>> = {
  file: "By file",
  slowest: "Slowest first",
  started: "As they started",
  name: "By name",
};

export function FilterBar() {
  const { states, files, suites, tags, projects, search, sort } = filter.value;
  const field = useRef<HTMLInputElement>(null);
  useSignalEffect(() => {
    if (!searchIsWanted.value) return;
    searchIsWanted.value = false;
    field.current?.focus();
    field.current?.select();
  });
  // What each status would show, whatever statuses are chosen.
  const counts = useComputed(() => {
    const of: Partial<Record<TestState, number>> = {};
    for (const { state } of filterTests(model.value.rows, { ...filter.value, states: [] }))
      of[state] = (of[state] ?? 0) + 1;
    return of;
  });
  return (
    <div class="filter-bar" role="search">
      <div class="filter-row">
        <label class="search">
          <Icon name="search" />
          <input
            id="search"
            ref={field}
            type="search"
            placeholder="Search tests and errors   @tag  f:file  s:failed  !not"
            aria-label="Search tests"
            autocomplete="off"
            spellcheck={false}
            value={search}
            onInput={({ currentTarget }) => changeFilter({ search: currentTarget.value })}
          />
          <kbd>/</kbd>
        </label>
        <FilterMenu
          label="File"
          values={[...model.value.files].map(([value, { all }]) => ({ value, count: all }))}
          chosen={files}
          onChange={(chosen) => changeFilter({ files: chosen })}
        />
        <FilterMenu
          label="Tag"
          values={[...model.value.tags].map(([value, count]) => ({ value, count }))}
          chosen={tags}
          onChange={(chosen) => changeFilter({ tags: chosen })}
        />
        <FilterMenu
          label="Project"
          values={[...model.value.projects].map(([value, count]) => ({ value, count }))}
          chosen={projects}
          onChange={(chosen) => changeFilter({ projects: chosen })}
        />
        <select
          class="button"
          aria-label="Order"
          value={sort}
          onChange={({ currentTarget }) =>
            changeFilter({ sort: sorts.find((each) => each === currentTarget.value) ?? "file" })
          }
        >
          {sorts.map((each) => (
            <option key={each} value={each}>
              {sortWords[each]}
            </option>
          ))}
        </select>
      </div>
      <div class="filter-row chips">
        {testStates.map((state) =>
          model.value.counts[state] === 0 ? null : (
            <button
              key={state}
              type="button"
              class={`chip ${state}`}
              aria-pressed={states.includes(state)}
              onClick={() => changeFilter({ states: toggled(states, state) })}
            >
              <Icon name={state} />
              {state}
              <b>{(counts.value[state] ?? 0).toLocaleString("en")}</b>
            </button>
          ),
        )}
        {[
          ...chips("file", files, (chosen) => changeFilter({ files: chosen })),
          ...chips("suite", suites, (chosen) => changeFilter({ suites: chosen })),
          ...chips("tag", tags, (chosen) => changeFilter({ tags: chosen })),
          ...chips("project", projects, (chosen) => changeFilter({ projects: chosen })),
        ]}
        {isFiltering(filter.value) ? (
          <button
            type="button"
            class="chip clear"
            onClick={() =>
              changeFilter({
                search: "",
                states: [],
                files: [],
                suites: [],
                tags: [],
                projects: [],
              })
            }
          >
            Clear
          </button>
        ) : null}
      </div>
    </div>
  );
}

function chips(kind: string, values: readonly string[], change: (values: string[]) => void) {
  return values.map((value) => (
    <button
      key={`${kind} ${value}`}
      type="button"
      class="chip chosen"
      aria-label={`Remove ${kind} ${value}`}
      onClick={() => change(values.filter((other) => other !== value))}
    >
      <span class="dim">{kind}</span>
      <span class="chip-text">{value}</span>
      <Icon name="close" />
    </button>
  ));
}

export function toggled<Value>(values: readonly Value[], value: Value): Value[] {
  return values.includes(value) ? values.filter((other) => other !== value) : [...values, value];
}
