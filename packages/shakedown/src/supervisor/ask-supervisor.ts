import { isShakedownError } from "../errors/shakedown-error.ts";
import type { SupervisorInfo } from "./protocol.ts";
import { call, isNobodyThere } from "./wire.ts";

/** A supervisor answers this at once, whatever it is busy with; a crowded machine may take its time. */
const answerLimitMs = 10_000;

/**
 * The supervisor that answers on the socket now, if there is one that stays.
 *
 * @throws ShakedownError `SUPERVISOR_UNREACHABLE` when one is there and does not answer
 */
export async function askSupervisor(
  socket: string,
  limitMs: number = answerLimitMs,
): Promise<(SupervisorInfo & { readonly stopping: boolean }) | undefined> {
  try {
    return await call<SupervisorInfo & { readonly stopping: boolean }>(
      socket,
      { method: "GET", path: "/" },
      { limitMs },
    );
  } catch (error) {
    if (isNobodyThere(error)) return undefined;
    throw error;
  }
}

/** True for the error that says that a supervisor is there and hangs. */
export function isHung(error: unknown): boolean {
  return isShakedownError(error) && error.code === "SUPERVISOR_UNREACHABLE";
}

const askEveryMs = 5000;

/**
 * Waits for a call that may take as long as its work does (a start, a migration), but only while the supervisor answers
 * beside it.
 */
export async function whileItAnswers<Answer>(
  socket: string,
  long: Promise<Answer>,
): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const hung = new Promise<never>((_, reject) => {
    const askLater = (): void => {
      if (isOver) return;
      timer = setTimeout(() => {
        // Nobody there: the call itself ends with that.
        askSupervisor(socket).then(askLater, (error: unknown) =>
          isHung(error) ? reject(error as Error) : askLater(),
        );
      }, askEveryMs);
    };
    askLater();
  });
  try {
    return await Promise.race([long, hung]);
  } finally {
    isOver = true;
    clearTimeout(timer);
  }
}
