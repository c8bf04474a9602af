import type { RunningService } from "../engines/engine.ts";
import type { ServiceEvent } from "../events/run-event.ts";
import type { Outputs } from "../stack/references.ts";
import type { ServiceStatus } from "./protocol.ts";

/** The run's part of every service of a stack: started once, in dependency order, in parallel. */
export interface RunPart {
  /** Starts these services and what they need; says who was started. Stops what this call started when one fails. */
  start(names: readonly string[]): Promise<void>;
  running(name: string): RunningService;
  /** For a session that comes later: what is running already. */
  alreadyReady(): readonly ServiceEvent[];
  /** What everybody sees alike: outputs of services that have no share per slot. */
  sharedOutputs(): Readonly<Record<string, Outputs>>;
  status(): readonly ServiceStatus[];
  /** Waits for the news of deaths that have happened. */
  settleDeaths(): Promise<void>;
  /** Stops a service by hand, with those that need it: gives them. They come back with the next start. */
  halt(name: string, how: string): Promise<readonly string[]>;
  /** Ends everything, for good. Gives what went wrong, which events have told. */
  stop(): Promise<readonly unknown[]>;
}
