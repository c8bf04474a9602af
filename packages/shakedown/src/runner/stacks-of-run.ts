import { basename, dirname } from "node:path";
import type { RunEvent, ServiceEvent } from "../events/run-event.ts";
import { listenToRun, type RunListener } from "../fixtures/run-listener.ts";
import type { KeptStatus } from "../supervisor/protocol.ts";
import type { LogLines, LogQuery, SessionClient } from "../supervisor/session.ts";
import { connectCommand, type KeptOf } from "./connect-command.ts";
import type { Listener } from "./diagnose-failure.ts";

type StackSession = Pick<SessionClient, "logs" | "secrets" | "status">;

/** The stacks that a run's tests use: its own, and those for which its workers had sessions opened. */
export interface StacksOfRun extends Disposable {
  /** A service as the run's events name it: those of other stacks with their stack's name before theirs. */
  nameOf(stackFile: string | undefined, service: string): string;
  logs(stackFile: string | undefined, query: LogQuery): Promise<readonly LogLines[]>;
  /** Where its services listen, without passwords. */
  listeners(stackFile: string | undefined): Promise<readonly Listener[]>;
  /** The data of failed tests that is kept now; none where the session is over. */
  kept(stackFile: string): Promise<readonly KeptStatus[]>;
  /** What opens a client on data that was kept of a test. */
  connectCommand(of: KeptOf): string;
  /** What the supervisor says about a stack, as it stands among the events of this run. */
  told(stackFile: string, event: ServiceEvent): ServiceEvent;
  /** What must not be written down, as far as it is known by now. */
  secrets(): Promise<readonly string[]>;
}

export interface StacksOfRunOptions {
  readonly stackFile: string;
  readonly session: StackSession;
  /** Where the run was started: commands that are shown are for there. */
  readonly cwd: string;
  /** Told what happens to services of the other stacks. */
  readonly say: (event: RunEvent) => void;
}

export function stacksOfRun({ stackFile, session, cwd, say }: StacksOfRunOptions): StacksOfRun {
  const sessions = new Map<string, StackSession>([[stackFile, session]]);
  const nameOf = (file: string | undefined, service: string): string =>
    file === undefined || file === stackFile ? service : `${stackName(file)}/${service}`;
  const told = (file: string, event: ServiceEvent): ServiceEvent => {
    const whole = withCommand(event, (service, test) =>
      connectCommand({ stackFile: file, service, test }, cwd),
    );
    return file === stackFile
      ? whole
      : renamed(whole, (service) => nameOf(file, service), stackName(file));
  };
  const listener: RunListener = {
    opened: (file, opened) => void sessions.set(file, opened),
    event: (file, event) => say(told(file, event)),
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
    kept: async (file) => {
      const status = await sessions
        .get(file)
        ?.status()
        .catch(() => undefined);
      return status?.kept ?? [];
    },
    connectCommand: (of) => connectCommand(of, cwd),
    told,
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

/** A slot that was set aside says of which test. */
function withCommand(
  event: ServiceEvent,
  command: (service: string, test: string) => string,
): ServiceEvent {
  if (event.type !== "slot:retired" || event.kept === undefined) return event;
  const [, test = ""] = /^"([^]*)" failed$/.exec(event.reason) ?? [];
  return { ...event, kept: { ...event.kept, command: command(event.kept.service, test) } };
}

function renamed(
  event: ServiceEvent,
  nameOf: (service: string) => string,
  stack: string,
): ServiceEvent {
  if (!("service" in event)) return { ...event, stack };
  if (event.type === "service:starting")
    return { ...event, service: nameOf(event.service), waitedFor: event.waitedFor.map(nameOf) };
  if (event.type === "slot:retired" && event.kept !== undefined) {
    const kept = { ...event.kept, service: nameOf(event.kept.service) };
    return { ...event, stack, service: nameOf(event.service), kept };
  }
  if (event.type === "slot:retired") return { ...event, stack, service: nameOf(event.service) };
  return { ...event, service: nameOf(event.service) };
}
