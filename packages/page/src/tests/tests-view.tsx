import { useComputed } from "@preact/signals";
import { listRows } from "../model/list-rows.ts";
import { isFiltering } from "../model/test-filter.ts";
import { plural } from "../model/verdict.ts";
import { VirtualList } from "../parts/virtual-list.tsx";
import { changeFilter, filter } from "../state/route.ts";
import { folded, model, shownTests } from "../state/run.ts";
import { selectedTest } from "../state/selection.ts";
import { FilterBar } from "./filter-bar.tsx";
import { FileRow, SuiteRow, TestRowLine } from "./list-lines.tsx";
import "./tests.css";

export function TestsView() {
  const rows = useComputed(() =>
    listRows(shownTests.value, { grouped: filter.value.sort === "file", folded: folded.value }),
  );
  const selected = rows.value.findIndex(
    (row) => row.kind === "test" && row.row.id === selectedTest.value,
  );
  const all = model.value.rows.length;
  return (
    <section class="tests" aria-label="Tests">
      <FilterBar />
      {all === 0 ? (
        <p class="empty">This run has no tests.</p>
      ) : shownTests.value.length === 0 ? (
        <div class="empty">
          <p>None of the {plural(all, "test")} is like this.</p>
          <button type="button" class="button" onClick={() => changeFilter(nothingAsked)}>
            Show all tests
          </button>
        </div>
      ) : (
        <>
          {isFiltering(filter.value) ? (
            <p class="tests-count" role="status">
              {plural(shownTests.value.length, "test")} of {all.toLocaleString("en")}
            </p>
          ) : null}
          <VirtualList rows={rows.value} rowHeight={32} label="Tests" selected={selected}>
            {(row, index) =>
              row.kind === "file" ? (
                <FileRow key={`file ${row.file}`} row={row} />
              ) : row.kind === "suite" ? (
                <SuiteRow key={`suite ${index} ${row.suite}`} row={row} />
              ) : (
                <TestRowLine key={row.row.id} row={row.row} grouped={row.grouped} />
              )
            }
          </VirtualList>
        </>
      )}
    </section>
  );
}

const nothingAsked = { search: "", states: [], files: [], suites: [], tags: [], projects: [] };
