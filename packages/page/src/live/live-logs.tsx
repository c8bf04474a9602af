import { signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { cleanLine } from "../model/clean-text.ts";
import { toLogLine } from "../model/log-lines.ts";
import { Icon } from "../parts/icon.tsx";
import { LongText } from "../parts/long-text.tsx";
import { Panel } from "../parts/panel.tsx";
import { api, connection, status } from "./live-state.ts";
import { followLog, type LiveLine } from "./follow-log.ts";

/** Empty: of all services. */
export const logService = signal("");

const mostShown = 500;

export function LiveLogs() {
  const [lines, setLines] = useState<readonly LiveLine[]>([]);
  const [search, setSearch] = useState("");
  const [paused, setPaused] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const held = useRef(paused);
  held.current = paused;
  const service = logService.value;
  const isOpen = connection.value === "open";

  useEffect(() => {
    const from = api.value;
    if (from === undefined || !isOpen) return;
    const stop = new AbortController();
    setLines([]);
    void followLog(from, {
      service,
      signal: stop.signal,
      onLines: (all) => {
        if (!held.current) setLines(all);
      },
    });
    return () => stop.abort();
  }, [service, isOpen, api.value, paused]);

  const wanted = search.toLowerCase();
  const shown = lines.filter(({ line }) => line.toLowerCase().includes(wanted)).slice(-mostShown);
  useLayoutEffect(() => {
    if (!paused) box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [lines, search, paused]);

  return (
    <Panel
      title="Log"
      aside={
        <>
          <select
            class="button"
            aria-label="Whose log"
            value={service}
            onChange={({ currentTarget }) => (logService.value = currentTarget.value)}
          >
            <option value="">All services</option>
            {status.value?.services.map(({ name }) => (
              <option key={name} value={name}>
                {cleanLine(name, 60)}
              </option>
            ))}
          </select>
          <input
            type="search"
            class="log-search"
            placeholder="Filter lines"
            aria-label="Filter log lines"
            value={search}
            onInput={({ currentTarget }) => setSearch(currentTarget.value)}
          />
          <button
            type="button"
            class="button"
            aria-pressed={paused}
            onClick={() => setPaused(!paused)}
          >
            <Icon name={paused ? "start" : "pause"} />
            {paused ? "Follow" : "Pause"}
          </button>
        </>
      }
    >
      <div
        class="log-lines live-log"
        ref={box}
        dir="ltr"
        tabIndex={0}
        role="log"
        aria-label="Log lines"
        aria-live="off"
        onWheel={({ deltaY }) => {
          if (deltaY < 0) setPaused(true);
        }}
      >
        {shown.map(({ key, service: of, slot, line }) => {
          const { stream, text, atEpochMs } = toLogLine(line);
          return (
            <div key={key} class={`log-line ${stream}`}>
              <span class="log-time">{atEpochMs === undefined ? "" : clock(atEpochMs)}</span>
              {service === "" || slot !== undefined ? (
                <span class="log-name">
                  {service === "" ? cleanLine(of, 40) : ""}
                  {slot === undefined ? "" : ` ${slot}`}
                </span>
              ) : null}
              <span class="log-text">
                <LongText text={text} most={1000} />
              </span>
            </div>
          );
        })}
        {shown.length === 0 ? (
          <p class="note pad">{lines.length === 0 ? "No line yet." : "No line is like this."}</p>
        ) : null}
      </div>
    </Panel>
  );
}

function clock(atEpochMs: number): string {
  const at = new Date(atEpochMs);
  return [at.getHours(), at.getMinutes(), at.getSeconds()]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
}
