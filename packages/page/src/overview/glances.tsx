import { durationText } from "../../../shakedown/src/kit/duration-text.ts";
import { cleanLine } from "../model/clean-text.ts";
import { folderSummaries } from "../model/folders.ts";
import { noFilter } from "../model/test-filter.ts";
import { number } from "../model/verdict.ts";
import { CountBar } from "../parts/count-bar.tsx";
import { LongText } from "../parts/long-text.tsx";
import { Panel } from "../parts/panel.tsx";
import { StateMark } from "../parts/state-mark.tsx";
import { toHash } from "../state/route.ts";
import { model } from "../state/run.ts";

export function Findings() {
  const { findings } = model.value.run;
  if (findings.length === 0) return null;
  return (
    <Panel title="Findings" tone="warned" aside={number(findings.length)}>
      <ul class="findings">
        {findings.slice(0, 100).map((finding, index) => (
          <li key={index}>
            <LongText text={finding} most={1200} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

export function Flaky() {
  const rows = model.value.rows.filter(({ state }) => state === "flaky");
  if (rows.length === 0) return null;
  const filter = { ...noFilter, states: ["flaky"] as const };
  return (
    <Panel
      title="Passed only when tried again"
      aside={<a href={toHash({ view: "tests", filter })}>All {number(rows.length)}</a>}
    >
      <ul class="glance">
        {rows.slice(0, 5).map((row) => (
          <li key={row.id}>
            <a href={toHash({ view: "tests", id: row.id, filter })}>
              <StateMark state="flaky" />
              <span class="cut">
                <span class="dim">{row.file} › </span>
                {row.name}
              </span>
            </a>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

export function Folders() {
  const folders = folderSummaries(model.value.rows);
  if (folders.length === 0) return null;
  return (
    <Panel
      title={folders[0]?.folder.endsWith("/") === true ? "By folder" : "By file"}
      aside="test time"
    >
      <table class="facts folders">
        <tbody>
          {folders.map(({ folder, counts, ms }) => (
            <tr key={folder}>
              <th scope="row">
                <a
                  href={toHash({ view: "tests", filter: { ...noFilter, search: `f:"${folder}"` } })}
                >
                  {folder}
                </a>
              </th>
              <td class="folder-bar">
                <CountBar counts={counts} />
              </td>
              <td>
                {counts.failed === 0 ? null : (
                  <span class="count failed">{counts.failed} failed</span>
                )}
              </td>
              <td>{number(counts.all)}</td>
              <td>{durationText(ms)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

export function ServicesGlance() {
  const { services } = model.value.run;
  if (services.length === 0) return null;
  return (
    <Panel title="Services" aside={<a href={toHash({ view: "services" })}>Details</a>}>
      <ul class="glance">
        {services.map(({ name, engine, provider, startMs, attached, failures, exits }) => (
          <li key={name}>
            <a href={toHash({ view: "services", id: name })}>
              <span
                class={`dot ${failures.length + exits.length > 0 ? "bad" : "good"}`}
                aria-hidden="true"
              />
              <span class="glance-name">{cleanLine(name, 60)}</span>
              <span class="dim cut">{cleanLine(provider?.version ?? engine ?? "", 60)}</span>
              <span class="dim end">
                {failures.length > 0
                  ? "failed"
                  : exits.length > 0
                    ? "exited"
                    : attached
                      ? "was running"
                      : startMs === undefined
                        ? ""
                        : durationText(startMs)}
              </span>
            </a>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

export function SlowestGlance() {
  const rows = model.value.rows
    .filter(({ state }) => state !== "skipped" && state !== "running")
    .toSorted((left, right) => right.durationMs - left.durationMs)
    .slice(0, 6);
  if (rows.length < 2) return null;
  return (
    <Panel title="Slowest" aside={<a href={toHash({ view: "slowest" })}>Details</a>}>
      <ul class="glance">
        {rows.map((row) => (
          <li key={row.id}>
            <a href={toHash({ view: "tests", id: row.id })} title={`${row.file} › ${row.name}`}>
              <StateMark state={row.state} />
              <span class="cut">{row.name}</span>
              <span class="dim end">{durationText(row.durationMs)}</span>
            </a>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
