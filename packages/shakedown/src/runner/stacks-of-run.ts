import { basename, dirname } from "node:path";
import type { RunEvent, ServiceEvent } from "../events/run-event.ts";
import { listenToRun, type RunListener } from "../fixtures/run-listener.ts";
import type { Listener } from "./diagnose-failure.ts";
import type { LogLines, LogQuery, SessionClient } from "../supervisor/session.ts";

type StackSession = Pick<SessionClient, "logs" | "secrets" | "status">;

/** The stacks that a run's tests use: its own, and those for which its workers had sessions opened. */
export interface StacksOfRun extends Disposable {
  /** A service as the run's events name it: those of other stacks with their stack's name before theirs. */
  nameOf(stackFile: string | undefined, service: string): string;
  logs(stackFile: string | undefined, query: LogQuery): Promise<readonly LogLines[]>;
  /** Where its services listen, without passwords. */
  listeners(stackFile: string | undefined): Promise<readonly Listener[]>;
  /** What must not be written down, as far as it is known by now. */
  secrets(): Promise<readonly string[]>;
}

export interface StacksOfRunOptions {
  readonly stackFile: string;
  readonly session: StackSession;
  /** Told what happens to services of the other stacks. */
  readonly say: (event: RunEvent) => void;
}

export function stacksOfRun({ stackFile, session, say }: StacksOfRunOptions): StacksOfRun {
  const sessions = new Map<string, StackSession>([[stackFile, session]]);
  const nameOf = (file: string | undefined, service: string): string =>
    file === undefined || file === stackFile ? service : `${stackName(file)}/${service}`;
  const listener: RunListener = {
    opened: (file, opened) => void sessions.set(file, opened),
    event: (file, event) => say(renamed(event, (service) => nameOf(file, service))),
  };
  const stopListening = listenToRun(listener);
  return {
    nameOf,
    logs: async (file, query) => (await sessions.get(file ?? stackFile)?.logs(query)) ?? [],
    async listeners(file) {
      const status = await sessions.get(file ?? stackFile)?.status();
      return (status?.services ?? []).flatMap(({ name, url }) =>
        url === undefined ? [] : [{ service: name, url }],
      );
    },
    async secrets() {
      const told = await Promise.all(
        // A session that is over tells nothing more; what it told is known.
        Array.from(sessions.values(), (each) => each.secrets().catch(() => [])),
      );
      return told.flat();
    },
    [Symbol.dispose]: stopListening,
  };
}

/** `billing.stack.ts` → billing; where the file's name says nothing, its folder's. */
function stackName(file: string): string {
  const name = basename(file).replace(/\.stack\.\w+$/, "");
  return name === "shakedown" ? basename(dirname(file)) : name;
}

function renamed(event: ServiceEvent, nameOf: (service: string) => string): ServiceEvent {
  if (!("service" in event)) return event;
  if (event.type === "service:starting")
    return { ...event, service: nameOf(event.service), waitedFor: event.waitedFor.map(nameOf) };
  if (event.type === "slot:retired" && event.kept !== undefined) {
    const kept = { ...event.kept, service: nameOf(event.kept.service) };
    return { ...event, service: nameOf(event.service), kept };
  }
  return { ...event, service: nameOf(event.service) };
}
