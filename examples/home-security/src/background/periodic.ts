/** Work that is done again and again until it is stopped. */
export interface Periodic {
  readonly name: string;
  /** Waits for the work that is going on. */
  stop(): Promise<void>;
}

export interface PeriodicOptions {
  readonly name: string;
  /** From the end of one turn to the beginning of the next: turns never overlap. */
  readonly everyMs: number;
  readonly work: (stopping: AbortSignal) => Promise<unknown>;
}

/** The first turn comes at once. A turn that fails is told in the log; the next one comes all the same. */
export function periodically({ name, everyMs, work }: PeriodicOptions): Periodic {
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let turn: Promise<void>;

  const take = async (): Promise<void> => {
    try {
      await work(stopping.signal);
    } catch (error) {
      if (!stopping.signal.aborted)
        console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (!stopping.signal.aborted)
      timer = setTimeout(() => {
        turn = take();
      }, everyMs);
  };

  turn = take();
  return {
    name,
    async stop() {
      stopping.abort();
      clearTimeout(timer);
      await turn;
    },
  };
}
