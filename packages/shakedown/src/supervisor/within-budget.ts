import { ShakedownError } from "../errors/shakedown-error.ts";

/** How long a service may take to stop, where the stack does not say. */
export const defaultStopTimeoutMs = 10_000;

/**
 * Ends something that may hang or fail: gives what went wrong instead of throwing it, so that no failure hides another,
 * and nobody is waited for longer than the budget.
 */
export async function withinBudget(
  what: string,
  end: () => Promise<unknown>,
  budgetMs: number,
): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<unknown>((resolve) => {
    timer = setTimeout(() => {
      resolve(
        new ShakedownError("STOP_TIMEOUT", `${what} did not stop within ${budgetMs} ms`, {
          hint: "Give it longer with stopTimeoutMs, or find out what it waits for: shakedown logs",
        }),
      );
    }, budgetMs);
  });
  try {
    return await Promise.race([end().then(() => undefined), late]);
  } catch (error) {
    return error;
  } finally {
    clearTimeout(timer);
  }
}
