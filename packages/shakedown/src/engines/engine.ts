import type { JsonValue } from "../errors/shakedown-error.ts";
import type { Processes } from "../process/managed-process.ts";
import type { Installable } from "../providers/install-engine.ts";
import type { SurveyedRung } from "../providers/survey-rungs.ts";
import type { Problem, ServicePlan, StackPlan } from "../stack/plan.ts";
import type { Outputs } from "../stack/references.ts";
import type { ReusePart } from "./reuse-part.ts";

/** The supervisor's side of an engine: the default export of `engines/<name>/engine.ts`. */
export interface Engine {
  readonly name: string;
  /** Loads what `start` will need (a driver, say), while the supervisor has nothing else to do. */
  warm?(): Promise<unknown>;
  /** Finds everything wrong with the options before anything starts; may read files, starts nothing. */
  validate(service: ServicePlan, stack: StackPlan): Promise<readonly Problem[]>;
  /**
   * A hash of what shapes the service beside its options: the bytes of migrations, seeds, a binary's version.
   * A running service is reused only while this stays the same.
   */
  fingerprint?(service: ServicePlan, stack: StackPlan): Promise<string>;
  /** The same by name, so that a person can be told what changed: one part for each file, program or variable. */
  reuseParts?(
    service: ServicePlan,
    stack: StackPlan,
    environment: Readonly<Record<string, string>>,
  ): Promise<readonly ReusePart[]>;
  /** The variables from which applications usually read their settings, with the output that stands in them. */
  readonly usualVariables?: Readonly<Record<string, string>>;
  /** What `shakedown install` brings for it: nothing where its server is named, or no program of this machine may be taken. */
  installable?(
    context: Pick<StartContext, "service" | "stack" | "environment">,
  ): Installable | undefined;
  /** How a person looks at it. Without one, its URL is shown. */
  clientCommand?(outputs: Outputs): ClientCommand | undefined;
  /** Brings the run's part up: the server itself, or only the knowledge of which provider slots will use. */
  start(context: StartContext): Promise<RunningService>;
}

/** A client for people, such as psql. */
export interface ClientCommand {
  /** By name or path; the first that is installed is taken. */
  readonly programs: readonly string[];
  /** Everybody on the machine can read them: no secrets. */
  readonly args: readonly string[];
  /** Added to the caller's environment: passwords stand here. */
  readonly env: Readonly<Record<string, string>>;
}

export interface StartContext {
  readonly stack: StackPlan;
  /** References to what is known by now are resolved in `options`. */
  readonly service: ServicePlan;
  /** The environment of the client that opened the session, not the supervisor's own. */
  readonly environment: Readonly<Record<string, string>>;
  readonly folders: Folders;
  readonly processes: Processes;
  readonly log: ServiceLog;
  /** Shown to whoever waits: "initdb", "migrating 3 of 12"… */
  readonly progress: (step: string) => void;
  /** Aborted when the start is given up. */
  readonly signal: AbortSignal;
}

export interface Folders {
  /** Private, empty, removed with the supervisor; on tmpfs where there is one with room. */
  readonly data: string;
  readonly dataOnTmpfs: boolean;
  /** The user's cache folder for this engine, safe to delete at any time. */
  readonly cache: string;
  /** For Unix sockets: private, with a path short enough for them. */
  readonly sockets: string;
}

/** A service's log file; every line gets a time stamp. */
export interface ServiceLog {
  readonly file: string;
  /** For one slot's process, or for one server among several of the same service. */
  forSlot(slot: number): ServiceLog;
  write(stream: "out" | "err" | "shakedown", line: string): void;
  tail(most: number): readonly string[];
}

/** Where a service came from and why the providers before it in the ladder were not taken. */
export interface ProviderChoice {
  readonly kind: "external" | "native" | "embedded" | "container" | "in-process";
  /** "postgres 18.4" */
  readonly version: string;
  /** One sentence, shown to the user. */
  readonly reason: string;
  readonly passedOver: readonly { readonly kind: string; readonly reason: string }[];
}

export interface RunningService {
  readonly provider: ProviderChoice;
  /** Every place where it could come from, looked at when asked. Absent where there is only one. */
  providers?(): Promise<readonly SurveyedRung[]>;
  /** One line for the console: "data folder from cache". */
  readonly note?: string;
  /** What run-scoped services may reference. */
  readonly outputs: Outputs;
  readonly control: Readonly<Record<string, JsonValue>>;
  /** Settles when the service is gone without having been asked to go. Never for what has no process of its own. */
  readonly died?: Promise<Death>;
  /** Gives one slot its share. Absent when the service is shared by the whole run. */
  lease?(context: SlotContext): Promise<RunningLease>;
  stop(): Promise<void>;
}

/** The sad end of a process that was still needed. */
export interface Death {
  readonly how: string;
  readonly logTail: readonly string[];
}

export interface SlotContext {
  readonly slot: number;
  readonly generation: number;
  /** The plan again, with references to the slot's other services resolved. */
  readonly service: ServicePlan;
  readonly environment: Readonly<Record<string, string>>;
  readonly progress: (step: string) => void;
  readonly signal: AbortSignal;
}

export interface RunningLease {
  readonly outputs: Outputs;
  readonly control: Readonly<Record<string, JsonValue>>;
  readonly died?: Promise<Death>;
  /** False as soon as its process is gone, also before the news of its death has arrived. Absent where there is none. */
  isAlive?(): boolean;
  /** Makes the present state the baseline. Called once all services of the slot are ready. */
  seal?(): Promise<void>;
  /** Stops and starts the slot's process, keeping its data. Absent where there is no process per slot. */
  restart?(): Promise<RunningLease>;
  /** Stops the slot's process until `restart`. Only for what lives for one test. */
  pause?(): Promise<RunningLease>;
  /** Ends the share; its data goes away. */
  release(): Promise<void>;
  /** Keeps the data of a failed test under another life: gives the line that connects to it. Release removes it later. */
  setAside?(): Promise<string>;
}
