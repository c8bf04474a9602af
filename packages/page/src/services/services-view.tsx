import { useEffect } from "preact/hooks";
import type { ServiceSnapshot } from "../../../shakedown/src/events/reduce-services.ts";
import { durationText } from "../../../shakedown/src/kit/duration-text.ts";
import { cleanLine } from "../model/clean-text.ts";
import { offsetText } from "../model/log-lines.ts";
import { type ServiceMoment, serviceMoments } from "../model/service-moments.ts";
import { percentile } from "../model/statistics.ts";
import { plural } from "../model/verdict.ts";
import { LongText } from "../parts/long-text.tsx";
import { Panel } from "../parts/panel.tsx";
import { route } from "../state/route.ts";
import { model } from "../state/run.ts";
import { StartChartPanel } from "./start-chart.tsx";
import "./services.css";

export function ServicesView() {
  const { run, events } = model.value;
  const { id } = route.value;
  useEffect(() => {
    if (id !== undefined)
      document.getElementById(anchorOf(id))?.scrollIntoView({ block: "center" });
  }, [id]);
  if (run.services.length === 0) {
    return <p class="empty">No service was started: no test of this run needed one.</p>;
  }
  const moments = serviceMoments(events);
  return (
    <section class="stacked" aria-label="Services">
      <StartChartPanel run={run} />
      {moments.length === 0 ? null : <Moments moments={moments} start={run.startedEpochMs} />}
      <div class="service-cards">
        {run.services.map((service) => (
          <ServiceCard
            key={service.name}
            service={service}
            moments={moments.filter((moment) => moment.service === service.name)}
            chosen={id === service.name}
          />
        ))}
      </div>
    </section>
  );
}

function anchorOf(name: string): string {
  return `service ${name}`;
}

interface CardProps {
  readonly service: ServiceSnapshot;
  readonly moments: readonly ServiceMoment[];
  readonly chosen: boolean;
}

function ServiceCard({ service, moments, chosen }: CardProps) {
  const { name, engine, provider, note, attached, startMs, slotStartMs } = service;
  const slots = Object.values(slotStartMs);
  const bad = moments.filter(({ kind }) => kind !== "started again");
  return (
    <section class={chosen ? "panel service chosen" : "panel service"} id={anchorOf(name)}>
      <header>
        <h2>
          <span class={`dot ${bad.length > 0 ? "bad" : "good"}`} aria-hidden="true" />
          {cleanLine(name, 80)}
          <span class="dim">{cleanLine(engine ?? "", 40)}</span>
        </h2>
        <span class="panel-aside">
          {attached
            ? "was running"
            : startMs === undefined
              ? ""
              : `started in ${durationText(startMs)}`}
        </span>
      </header>
      <dl class="service-facts">
        {provider === undefined ? null : (
          <>
            <dt>Provider</dt>
            <dd>
              <b>{cleanLine(provider.kind, 40)}</b> {cleanLine(provider.version, 120)}
              <p class="dim">{cleanLine(provider.reason)}</p>
            </dd>
            {provider.passedOver.length === 0 ? null : (
              <>
                <dt>Passed over</dt>
                <dd>
                  {provider.passedOver.map(({ kind, reason }, index) => (
                    <p key={index}>
                      {cleanLine(kind, 40)} <span class="dim">{cleanLine(reason)}</span>
                    </p>
                  ))}
                </dd>
              </>
            )}
          </>
        )}
        {note === undefined ? null : (
          <>
            <dt>Note</dt>
            <dd>{cleanLine(note)}</dd>
          </>
        )}
        {slots.length === 0 ? null : (
          <>
            <dt>Slots</dt>
            <dd>
              {plural(slots.length, "slot")} made
              <span class="dim">
                {" "}
                in {durationText(percentile(slots, 0.5))} at the median,{" "}
                {durationText(Math.max(...slots))} at most
              </span>
            </dd>
          </>
        )}
        {bad.length === 0 ? null : (
          <>
            <dt>Trouble</dt>
            <dd class="trouble">{bad.map(({ kind }) => kind).join(", ")}</dd>
          </>
        )}
      </dl>
    </section>
  );
}

const mostMoments = 100;
const momentWords = {
  failed: "did not start",
  exited: "ended while it was needed",
  "stop failed": "did not stop cleanly",
  "started again": "started again",
} as const;

interface MomentsProps {
  readonly moments: readonly ServiceMoment[];
  readonly start: number;
}

function Moments({ moments, start }: MomentsProps) {
  const bad = moments.some(({ kind }) => kind !== "started again");
  return (
    <Panel title="What did not go as planned" tone={bad ? "failed" : "warned"}>
      {moments
        .slice(0, mostMoments)
        .map(({ service, slot, kind, text, hint, logTail, atEpochMs }, index) => (
          <div key={index} class={kind === "started again" ? "moment" : "moment bad"}>
            <span class="moment-time">{offsetText(atEpochMs, start)}</span>
            <div>
              <p>
                <b>{cleanLine(service, 80)}</b>
                {slot === undefined ? null : <span class="dim"> of slot {slot}</span>}{" "}
                {momentWords[kind]}
              </p>
              <p class="moment-text">
                <LongText text={text} most={2000} />
              </p>
              {hint === undefined ? null : <p class="moment-text">→ {cleanLine(hint, 1000)}</p>}
              {logTail.length === 0 ? null : (
                <pre class="tail">
                  {logTail.map((line, at) => (
                    <span key={at}>
                      <LongText text={line} most={600} />
                      {"\n"}
                    </span>
                  ))}
                </pre>
              )}
            </div>
          </div>
        ))}
      {moments.length > mostMoments ? (
        <p class="note pad">… and {plural(moments.length - mostMoments, "more")}</p>
      ) : null}
    </Panel>
  );
}
