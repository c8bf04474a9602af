import { type CircuitBreaker, CircuitOpenError } from "../resilience/circuit-breaker.ts";

export interface GuardedOptions<Question, Answer> {
  readonly breaker: CircuitBreaker;
  readonly ask: (question: Question) => Promise<Answer>;
  readonly fallback: (question: Question) => Promise<Answer>;
}

/** Asks through a circuit breaker; when there is no answer, something simpler takes its place. */
export function guarded<Question, Answer>({
  breaker,
  ask,
  fallback,
}: GuardedOptions<Question, Answer>): (question: Question) => Promise<Answer> {
  return async (question) => {
    try {
      return await breaker.run(() => ask(question));
    } catch (error) {
      if (!(error instanceof CircuitOpenError))
        console.error(`falls back: ${error instanceof Error ? error.message : String(error)}`);
      return await fallback(question);
    }
  };
}
