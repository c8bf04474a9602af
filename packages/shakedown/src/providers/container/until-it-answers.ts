import { setTimeout as sleep } from "node:timers/promises";
import { ShakedownError } from "../../errors/shakedown-error.ts";
import type { RunningContainer } from "./run-container.ts";

export interface Asked<Answer> {
  readonly container: Pick<RunningContainer, "exited">;
  readonly signal: AbortSignal;
  readonly ask: () => Promise<Answer>;
  /** Tells a server that is not there yet from one that refuses: its engine lets connections in before that, and cuts them off. */
  readonly isNotYet: (error: unknown) => boolean;
}

/** Asks the service in a container, by its own protocol, until it answers or its container has ended. */
export async function untilItAnswers<Answer>({
  container,
  signal,
  ask,
  isNotYet,
}: Asked<Answer>): Promise<Answer> {
  let how: string | undefined;
  void container.exited.then((told) => {
    how = told;
  });
  for (;;) {
    signal.throwIfAborted();
    try {
      return await ask();
    } catch (error) {
      if (how !== undefined) {
        throw new ShakedownError("PROCESS_EXITED", `the container ${how} before it was ready`, {
          hint: "Read its log: shakedown logs",
          cause: error,
        });
      }
      if (!isNotYet(error)) throw error;
    }
    await sleep(10);
  }
}
