import { useState } from "preact/hooks";
import { durationText } from "../../../shakedown/src/kit/duration-text.ts";
import type { ServiceAction, ServiceStatus } from "../../../shakedown/src/supervisor/protocol.ts";
import { cleanLine } from "../model/clean-text.ts";
import { shellQuoted } from "../model/rerun-command.ts";
import { CopyButton } from "../parts/copy-button.tsx";
import { Icon, type IconName } from "../parts/icon.tsx";
import { Panel } from "../parts/panel.tsx";
import { api, connection, now, status } from "./live-state.ts";
import { logService } from "./live-logs.tsx";
import { Failed } from "./api.ts";

const dots = {
  idle: "",
  starting: "busy",
  ready: "good",
  stopping: "busy",
  failed: "bad",
  exited: "bad",
};

export function LiveServices() {
  const services = status.value?.services ?? [];
  return (
    <Panel title="Services">
      {services.length === 0 ? (
        <p class="note pad">None has been started yet.</p>
      ) : (
        services.map((service) => <Row key={service.name} service={service} />)
      )}
    </Panel>
  );
}

interface Outcome {
  readonly text: string;
  readonly hint?: string | undefined;
  readonly bad: boolean;
}

const done: Readonly<Record<ServiceAction, string>> = {
  restart: "restarted",
  stop: "stopped",
  start: "started",
};

function Row({ service }: { readonly service: ServiceStatus }) {
  const [busy, setBusy] = useState<ServiceAction>();
  const [asking, setAsking] = useState(false);
  const [outcome, setOutcome] = useState<Outcome>();
  const { name, engine, state, provider, url, detail, pids, memoryBytes, sinceEpochMs } = service;

  const act = async (action: ServiceAction): Promise<void> => {
    setBusy(action);
    setAsking(false);
    setOutcome(undefined);
    const startedMs = performance.now();
    try {
      await api.value?.post(`/api/services/${encodeURIComponent(name)}/${action}`);
      setOutcome({
        text: `${done[action]} in ${durationText(performance.now() - startedMs)}`,
        bad: false,
      });
    } catch (error) {
      setOutcome({
        text: error instanceof Error ? error.message : String(error),
        hint: error instanceof Failed ? error.hint : undefined,
        bad: true,
      });
    }
    setBusy(undefined);
  };

  const button = (action: ServiceAction, icon: IconName) => (
    <button
      type="button"
      class="button quiet"
      disabled={busy !== undefined || connection.value !== "open"}
      title={`${action} ${cleanLine(name, 60)}`}
      aria-label={`${action} ${cleanLine(name, 60)}`}
      onClick={() => (action === "stop" ? setAsking(true) : void act(action))}
    >
      <Icon name={busy === action ? "running" : icon} />
    </button>
  );
  const stopped = state === "idle" || state === "exited" || state === "failed";
  return (
    <div class="live-service" data-busy={busy !== undefined}>
      <div class="live-service-row">
        <span class={`dot ${dots[state]}`} aria-hidden="true" />
        <span class="live-name">
          <b>{cleanLine(name, 80)}</b>
          <span class="dim cut">{cleanLine(provider?.version ?? engine, 60)}</span>
        </span>
        <span class={`live-state ${dots[state]}`}>{state}</span>
        <span class="live-numbers dim">
          {sinceEpochMs === undefined || stopped
            ? ""
            : durationText(Math.max(0, now.value - sinceEpochMs))}
        </span>
        <span
          class="live-numbers dim"
          title={pids === undefined ? undefined : `processes ${pids.join(", ")}`}
        >
          {memoryBytes === undefined ? "" : `${Math.round(memoryBytes / 2 ** 20)} MB`}
        </span>
        <span class="live-buttons">
          <button
            type="button"
            class="button"
            aria-pressed={logService.value === name}
            onClick={() => (logService.value = name)}
          >
            Log
          </button>
          {stopped ? button("start", "start") : button("restart", "restart")}
          {stopped ? null : button("stop", "stop")}
        </span>
      </div>
      {url === undefined ? null : (
        <div class="live-url">
          <code>{cleanLine(url, 400)}</code>
          {url.includes(":***@") ? (
            <CopyButton quiet text={connectCommand(name)} label="Copy the command that connects" />
          ) : (
            <CopyButton quiet text={url} label="Copy its URL" />
          )}
        </div>
      )}
      {detail === undefined ? null : <p class="live-detail">{cleanLine(detail, 600)}</p>}
      {asking ? (
        <p class="live-ask" role="alertdialog" aria-label={`Stop ${cleanLine(name, 60)}`}>
          Stop it, and what needs it, for every run of this stack?
          <button
            type="button"
            class="button danger"
            ref={(one) => one?.focus()}
            onClick={() => void act("stop")}
          >
            Stop
          </button>
          <button type="button" class="button" onClick={() => setAsking(false)}>
            Leave it
          </button>
        </p>
      ) : null}
      {outcome === undefined ? null : (
        <div class={outcome.bad ? "live-outcome bad" : "live-outcome"} role="status">
          <span>
            {cleanLine(outcome.text, 2000)}
            {outcome.hint === undefined ? null : (
              <span class="dim"> → {cleanLine(outcome.hint, 600)}</span>
            )}
          </span>
          <button
            type="button"
            class="button quiet"
            aria-label="Dismiss"
            onClick={() => setOutcome(undefined)}
          >
            <Icon name="close" />
          </button>
        </div>
      )}
    </div>
  );
}

/** The URL is shown without its password: the command knows it. */
function connectCommand(service: string): string {
  const stackFile = status.value?.stackFile ?? "";
  const isDefault = /[/\\]shakedown\.stack\.\w+$/.test(stackFile);
  const stack = isDefault ? "" : `--stack ${shellQuoted(stackFile)} `;
  return `npx shakedown connect ${stack}${shellQuoted(service)}`;
}
