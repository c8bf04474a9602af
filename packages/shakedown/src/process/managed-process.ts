/** Starts children that die with the supervisor, whatever kills it. Given to engines; made once per supervisor. */
export interface Processes {
  start(options: StartOptions): Promise<ManagedProcess>;
  /** A folder that goes away with the supervisor, whatever kills it. */
  removeOnDeath(folder: string): Promise<void>;
  /** A link that goes away with what it leads to; its folder too, if that is empty then. */
  removeNameOnDeath(link: string): Promise<void>;
  /** A program that is run once the supervisor is dead, for what no signal reaches: containers. Gives the way to take it back. */
  runOnDeath(command: readonly string[]): Promise<() => void>;
  /** Counts a process that somebody else starts and ends for us, a container's, in the status. Gives the way to forget it. */
  count?(pid: number): () => void;
}

export interface StartOptions {
  /** For messages: "db", "api of slot 0". */
  readonly title: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly uid?: number;
  readonly gid?: number;
  /** How to end the whole tree, from friendly to final. The last step is always SIGKILL to the group. */
  readonly stopSteps: readonly StopStep[];
  /** How the leash ends it when the supervisor is dead: sent to the process at once, SIGKILL to its group 200 ms later. */
  readonly deathSignal: NodeJS.Signals;
  readonly onLine: (stream: "out" | "err", line: string) => void;
}

export interface StopStep {
  readonly signal: NodeJS.Signals;
  /** To the whole process group, or to the first process only. */
  readonly to: "group" | "process";
  readonly waitMs: number;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ManagedProcess {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  signal(name: NodeJS.Signals, to?: "group" | "process"): void;
  /** Runs the stop steps; gives the exit once nothing of the tree is left. Safe to call again. */
  stop(): Promise<Exit>;
}
