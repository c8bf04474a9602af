import type { FailureCause } from "../model/failure-causes.ts";
import { number, plural } from "../model/verdict.ts";
import { Panel } from "../parts/panel.tsx";
import { StateMark } from "../parts/state-mark.tsx";
import { noFilter } from "../model/test-filter.ts";
import { toHash } from "../state/route.ts";

const mostCauses = 12;
const mostTests = 8;
const failed = { ...noFilter, states: ["failed"] as const };

/** Failures by what they failed with. */
export function Causes({ causes }: { readonly causes: readonly FailureCause[] }) {
  const all = causes.reduce((sum, { rows }) => sum + rows.length, 0);
  return (
    <Panel
      title={causes.length === 1 ? "Failures" : `Failures by cause`}
      aside={
        <a href={toHash({ view: "tests", filter: failed })}>
          {all === 1 ? "Show it" : `All ${number(all)}`}
        </a>
      }
    >
      {causes.slice(0, mostCauses).map(({ title, rows }, index) => (
        <details key={title} class="cause" open={index < 3}>
          <summary>
            <span class="cause-count">{number(rows.length)}</span>
            <code>{title}</code>
          </summary>
          <ul>
            {rows.slice(0, mostTests).map((row) => (
              <li key={row.id}>
                <a href={toHash({ view: "tests", id: row.id, filter: failed })}>
                  <StateMark state={row.state} />
                  <span class="cause-test">
                    <span class="dim">{row.file} › </span>
                    {row.suite === "" ? null : <span class="dim">{row.suite} › </span>}
                    {row.name}
                  </span>
                </a>
              </li>
            ))}
            {rows.length > mostTests ? (
              <li class="dim more-line">… and {plural(rows.length - mostTests, "more test")}</li>
            ) : null}
          </ul>
        </details>
      ))}
      {causes.length > mostCauses ? (
        <p class="note pad">… and {plural(causes.length - mostCauses, "more cause")}</p>
      ) : null}
    </Panel>
  );
}
