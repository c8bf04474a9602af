import { useState } from "preact/hooks";
import type { LogSlice } from "../../../shakedown/src/events/run-event.ts";
import { cleanLine } from "../model/clean-text.ts";
import { type LogLine, offsetText, toLogLine } from "../model/log-lines.ts";
import type { TestRow } from "../model/run-model.ts";
import { plural } from "../model/verdict.ts";
import { LongText } from "../parts/long-text.tsx";
import { Panel } from "../parts/panel.tsx";

/** What the services wrote while the test ran: by service, or all lines by their time. */
export function LogPanel({ row }: { readonly row: TestRow }) {
  const [together, setTogether] = useState(false);
  const [search, setSearch] = useState("");
  const { logs, result } = row.snapshot;
  if (logs.length === 0) return null;
  const used = logs.filter((slice) => slice.used !== false);
  const others = logs.filter((slice) => slice.used === false);
  const start = result.startedEpochMs;
  const has = (line: LogLine): boolean => line.text.toLowerCase().includes(search.toLowerCase());
  const show = (slice: LogSlice, index: number) => (
    <Slice key={index} slice={slice} start={start} has={has} open={slice.used !== false} />
  );
  return (
    <Panel
      title="Logs while it ran"
      aside={
        <>
          <input
            type="search"
            class="log-search"
            placeholder="Filter lines"
            aria-label="Filter log lines"
            value={search}
            onInput={({ currentTarget }) => setSearch(currentTarget.value)}
          />
          {used.length > 1 ? (
            <button
              type="button"
              class="button"
              aria-pressed={together}
              onClick={() => setTogether(!together)}
            >
              By time
            </button>
          ) : null}
        </>
      }
    >
      {together ? <Together slices={used} start={start} has={has} /> : used.map(show)}
      {others.length === 0 ? null : (
        <div class="log-others">
          <p class="note">Services that the test did not use:</p>
          {others.map(show)}
        </div>
      )}
    </Panel>
  );
}

interface SliceProps {
  readonly slice: LogSlice;
  readonly start: number;
  readonly has: (line: LogLine) => boolean;
  readonly open: boolean;
}

function Slice({ slice: { service, slot, shared, lines }, start, has, open }: SliceProps) {
  const shown = lines.map(toLogLine).filter(has);
  return (
    <details class="log" open={open}>
      <summary>
        <span class="log-service">{cleanLine(service, 80)}</span>
        <span class="dim">{slot === undefined ? "" : `slot ${slot}`}</span>
        {shared ? <span class="badge">other tests' lines included</span> : null}
        <span class="log-count dim">{plural(shown.length, "line")}</span>
      </summary>
      <LogTable rows={shown.map((line) => ({ line }))} start={start} />
    </details>
  );
}

function Together({
  slices,
  start,
  has,
}: Pick<SliceProps, "start" | "has"> & { readonly slices: readonly LogSlice[] }) {
  const rows = slices
    .flatMap(({ service, lines }) => {
      let at = 0;
      return lines
        .map(toLogLine)
        .map((line) => ({ line, service, at: (at = line.atEpochMs ?? at) }));
    })
    .filter(({ line }) => has(line))
    .toSorted((left, right) => left.at - right.at);
  return <LogTable rows={rows} start={start} />;
}

interface LogTableProps {
  readonly rows: readonly { readonly line: LogLine; readonly service?: string }[];
  readonly start: number;
}

function LogTable({ rows, start }: LogTableProps) {
  return (
    <div class="log-lines" dir="ltr">
      {rows.map(({ line, service }, index) => (
        <div key={index} class={`log-line ${line.stream}`}>
          <span class="log-time">{offsetText(line.atEpochMs, start)}</span>
          {service === undefined ? null : <span class="log-name">{cleanLine(service, 40)}</span>}
          <span class="log-text">
            <LongText text={line.text} />
          </span>
        </div>
      ))}
    </div>
  );
}
