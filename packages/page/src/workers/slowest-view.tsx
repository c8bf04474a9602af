import { durationText } from "../../../shakedown/src/kit/duration-text.ts";
import { percentile, sum } from "../model/statistics.ts";
import { plural } from "../model/verdict.ts";
import { Panel } from "../parts/panel.tsx";
import { StateMark } from "../parts/state-mark.tsx";
import { noFilter } from "../model/test-filter.ts";
import { toHash } from "../state/route.ts";
import { model } from "../state/run.ts";
import "./slowest.css";

const most = 40;
const slowest = { ...noFilter, sort: "slowest" as const };

export function SlowestView() {
  const { rows, files } = model.value;
  const ran = rows
    .filter(({ state }) => state !== "skipped" && state !== "running")
    .toSorted((left, right) => right.durationMs - left.durationMs);
  if (ran.length === 0) return <p class="empty">No test ran.</p>;
  const times = ran.map(({ durationMs }) => durationMs);
  const total = sum(times);
  const top = ran[0]?.durationMs ?? 1;
  const byFile = [...files.keys()]
    .map((file) => ({
      file,
      ms: sum(ran.filter((row) => row.file === file).map(({ durationMs }) => durationMs)),
    }))
    .toSorted((left, right) => right.ms - left.ms)
    .slice(0, 15);
  return (
    <section class="slowest" aria-label="Slowest">
      <Panel
        title="Slowest tests"
        aside={<a href={toHash({ view: "tests", filter: slowest })}>All by time</a>}
      >
        <ol class="ranking">
          {ran.slice(0, most).map((row) => (
            <li key={row.id}>
              <a href={toHash({ view: "tests", id: row.id, filter: slowest })}>
                <StateMark state={row.state} />
                <span class="ranking-text">
                  <span class="cut">{row.name}</span>
                  <span class="dim cut small">{row.file}</span>
                </span>
                <span class="ranking-bar" aria-hidden="true">
                  <span style={{ width: `${(row.durationMs / top) * 100}%` }} />
                </span>
                <span class="line-time">{durationText(row.durationMs)}</span>
              </a>
            </li>
          ))}
        </ol>
      </Panel>
      <div class="stacked">
        <Panel title="How long tests take">
          <table class="facts">
            <tbody>
              {(
                [
                  ["Median", 0.5],
                  ["90 of 100 within", 0.9],
                  ["99 of 100 within", 0.99],
                  ["Longest", 1],
                ] as const
              ).map(([name, share]) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td>{durationText(percentile(times, share))}</td>
                </tr>
              ))}
              <tr>
                <th scope="row">All {plural(ran.length, "test")}</th>
                <td>{durationText(total)}</td>
              </tr>
              <tr>
                <th scope="row">The slowest tenth</th>
                <td>
                  {Math.round(
                    (sum(times.slice(0, Math.ceil(times.length / 10))) / (total || 1)) * 100,
                  )}{" "}
                  % of it
                </td>
              </tr>
            </tbody>
          </table>
        </Panel>
        <Panel title="Slowest files">
          <table class="facts">
            <tbody>
              {byFile.map(({ file, ms }) => (
                <tr key={file}>
                  <th scope="row">
                    <a href={toHash({ view: "tests", filter: { ...slowest, files: [file] } })}>
                      {file}
                    </a>
                  </th>
                  <td>{durationText(ms)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Panel>
      </div>
    </section>
  );
}
