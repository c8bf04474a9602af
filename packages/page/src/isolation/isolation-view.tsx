import { durationText } from "../../../shakedown/src/kit/duration-text.ts";
import { cleanLine } from "../model/clean-text.ts";
import { isolationOf, type ResetsOfService } from "../model/isolation.ts";
import { number, plural } from "../model/verdict.ts";
import { LongText } from "../parts/long-text.tsx";
import { Panel } from "../parts/panel.tsx";
import { toHash } from "../state/route.ts";
import { model } from "../state/run.ts";
import "./isolation.css";

export function IsolationView() {
  const { run, byId } = model.value;
  const { services, fallBacks, retired, setAside } = isolationOf(run);
  if (services.length + fallBacks.length + retired.length + setAside === 0) {
    return <p class="empty">Nothing was reset: no test of this run used data of a service.</p>;
  }
  return (
    <section class="stacked" aria-label="Isolation">
      {services.length === 0 ? null : <Resets services={services} />}
      {fallBacks.length === 0 ? null : (
        <Panel title="Resets that fell back" tone="warned" aside={plural(fallBacks.length, "slot")}>
          <p class="note pad">
            What these tests did could not be undone in place, so their slot was made anew.
          </p>
          {fallBacks.slice(0, 200).map(({ testId, service, reason }, index) => (
            <div key={index} class="retired">
              <p>
                <a href={toHash({ view: "tests", id: testId })}>
                  {byId.get(testId)?.name ?? testId}
                </a>{" "}
                <span class="dim">{cleanLine(service, 60)}</span>
              </p>
              <code>
                <LongText text={reason} most={1200} />
              </code>
            </div>
          ))}
        </Panel>
      )}
      {retired.length === 0 ? null : (
        <Panel title="Slots made anew" tone="warned" aside={plural(retired.length, "slot")}>
          {retired.slice(0, 200).map(({ slot, service, reason }, index) => (
            <div key={index} class="retired">
              <p>
                slot {slot} <span class="dim">for {cleanLine(service, 60)}</span>
              </p>
              <code>
                <LongText text={reason} most={1200} />
              </code>
            </div>
          ))}
        </Panel>
      )}
      {setAside === 0 ? null : (
        <p class="note">
          {plural(setAside, "slot")} set aside with the data of a failed test: each failed test's
          page says how to look at it.
        </p>
      )}
    </section>
  );
}

const mostTables = 8;

function Resets({ services }: { readonly services: readonly ResetsOfService[] }) {
  return (
    <Panel title="Resets">
      <div class="scroll">
        <table class="facts grid">
          <thead>
            <tr>
              <th scope="col">Service</th>
              <th scope="col">Nothing to undo</th>
              <th scope="col">Undone</th>
              <th scope="col">Fell back</th>
              <th scope="col">Rows put right</th>
              <th scope="col">Median</th>
              <th scope="col">95 of 100 within</th>
              <th scope="col">All</th>
            </tr>
          </thead>
          <tbody>
            {services.map((of) => (
              <tr key={of.service}>
                <th scope="row">
                  <b>{cleanLine(of.service, 80)}</b>
                  {of.tables.length === 0 ? null : (
                    <p class="dim tables">
                      {of.tables.slice(0, mostTables).map(({ name, tests }) => (
                        <span key={name}>
                          <code>{cleanLine(name, 60)}</code> by {plural(tests, "test")}
                        </span>
                      ))}
                      {of.tables.length > mostTables ? (
                        <span>and {of.tables.length - mostTables} more</span>
                      ) : null}
                    </p>
                  )}
                </th>
                <td>{number(of.clean)}</td>
                <td>{number(of.restored)}</td>
                <td>{of.fellBack === 0 ? "0" : <span class="count flaky">{of.fellBack}</span>}</td>
                <td>{number(of.rows)}</td>
                <td>{durationText(of.medianMs)}</td>
                <td>{durationText(of.p95Ms)}</td>
                <td>{durationText(of.totalMs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
