import { identityOf } from "../process/identity.ts";
import type { ManagedProcess, Processes } from "../process/managed-process.ts";

/** The processes that one service has started: for a status that counts them, and for an end that nothing can hold up. */
export interface OwnProcesses {
  readonly processes: Processes;
  readonly pids: readonly number[];
  /** Waits for the news of processes that are gone by now. */
  settled(): Promise<void>;
  /** Ends all of them at once; settles when they are gone. */
  kill(): Promise<void>;
}

export function ownProcesses(processes: Processes): OwnProcesses {
  const running = new Set<ManagedProcess>();
  const counted = new Set<number>();
  return {
    processes: {
      ...processes,
      async start(options) {
        const started = await processes.start(options);
        running.add(started);
        void started.exited.then(() => running.delete(started));
        return started;
      },
      count(pid) {
        counted.add(pid);
        return () => counted.delete(pid);
      },
    },
    get pids() {
      return [...[...running].map(({ pid }) => pid), ...counted];
    },
    async settled() {
      const gone = [...running].filter(({ pid }) => identityOf(pid) === undefined);
      await Promise.all(gone.map(({ exited }) => exited));
    },
    async kill() {
      const killed = [...running];
      for (const each of killed) each.signal("SIGKILL", "group");
      await Promise.all(killed.map(({ exited }) => exited));
    },
  };
}
