/** Runs at most `most` of the given jobs at once, the others in the order in which they came. */
export function takeTurns(most: number): <Value>(job: () => Promise<Value>) => Promise<Value> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (job) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await job();
    } finally {
      const next = waiting.shift();
      // The place goes to the next one directly, so that no newcomer can slip in between.
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
