import { computed, signal } from "@preact/signals";
import type { RunEvent } from "../../../shakedown/src/events/run-event.ts";
import type { SupervisorStatus } from "../../../shakedown/src/supervisor/protocol.ts";
import { toEvent } from "../model/read-events.ts";
import { toRunModel } from "../model/run-model.ts";
import { parseRoute, route } from "../state/route.ts";
import { model } from "../state/run.ts";
import { type Api, openApi, Refused } from "./api.ts";
import { takeToken } from "./token.ts";

export type Connection = "connecting" | "open" | "lost" | "refused";

export const connection = signal<Connection>("connecting");
export const status = signal<SupervisorStatus | undefined>(undefined);
export const api = signal<Api | undefined>(undefined);
/** Ticks, for what shows how long something has lasted. */
export const now = signal(Date.now());

/** False where the newest run has ended, or was killed: then nobody holds a session for it, and it says no more. */
export const runIsUnderWay = computed(() => {
  const { run, endEpochMs } = model.value;
  if (run.finished !== undefined || run.runId === "") return false;
  const isHeld = status.value?.sessions.some(({ purpose }) => purpose === "run") === true;
  return isHeld || now.value - endEpochMs < silentRunMs;
});

/** A run that needs no service holds no session. */
const silentRunMs = 20_000;

const statusEveryMs = 1000;
const showEveryMs = 200;
const mostBetweenTriesMs = 5000;

/** Takes the token and follows the supervisor for as long as the page is open. */
export function goLive(): void {
  const token = takeToken();
  if (location.hash === "") history.replaceState(null, "", "#/live");
  route.value = parseRoute(location.hash);
  if (token === undefined) {
    connection.value = "refused";
    return;
  }
  const opened = openApi(token);
  api.value = opened;
  void keepFollowing(opened);
  void keepAsking(opened);
}

async function keepFollowing(from: Api): Promise<void> {
  for (let tries = 0; connection.value !== "refused"; tries += 1) {
    try {
      await followEvents(from, () => (tries = 0));
      connection.value = "lost";
    } catch (error) {
      connection.value = error instanceof Refused ? "refused" : "lost";
    }
    await wait(Math.min(300 * 2 ** tries, mostBetweenTriesMs));
  }
}

async function followEvents(from: Api, onOpen: () => void): Promise<void> {
  let events: RunEvent[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let everyMs = showEveryMs;
  const show = (): void => {
    const startedMs = performance.now();
    timer = undefined;
    model.value = toRunModel(events);
    // A long run is folded less often: the page stays quick, and the machine is the tests'.
    everyMs = Math.max(showEveryMs, (performance.now() - startedMs) * 10);
  };
  await from.get("/api/status"); // a stream without a run says nothing: this says that somebody is there
  connection.value = "open";
  onOpen();
  for await (const line of from.lines("/api/events", new AbortController().signal)) {
    const event = toEvent(line);
    if (event === undefined) continue;
    // The stream begins with what the run has said so far, and a new run takes its place.
    if (event.type === "run:started") events = [];
    events.push(event);
    timer ??= setTimeout(show, everyMs);
  }
  if (timer !== undefined) {
    clearTimeout(timer);
    show();
  }
}

async function keepAsking(from: Api): Promise<void> {
  while (connection.value !== "refused") {
    if (!document.hidden) {
      if (connection.value === "open") {
        now.value = Date.now();
        try {
          status.value = (await from.get("/api/status")) as SupervisorStatus;
        } catch {
          // The stream of events notices, too, and tries again.
        }
      }
    }
    await wait(statusEveryMs);
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
