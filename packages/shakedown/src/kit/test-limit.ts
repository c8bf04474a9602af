/** So much before the test's own limit, a wait inside it gives up: its error says what was waited for, Vitest's does not. */
const earlierMs = 250;
const leastMs = 50;

// On the global object: a test runner may load this module more than once in a process.
const place = Symbol.for("shakedown.testEndsMs");
const globals = globalThis as { [place]?: number | undefined };

/** A test with this limit begins; without one, or with 0 for none, waits have their own limits only. */
export function testBegins(limitMs: number | undefined): void {
  const isLimited = limitMs !== undefined && limitMs > 0 && Number.isFinite(limitMs);
  globals[place] = isLimited ? performance.now() + limitMs : undefined;
}

export function testEnds(): void {
  globals[place] = undefined;
}

/** The limit of a wait that was given none: its usual one, or what is left of the running test. */
export function withinTest(usualMs: number): number {
  const endsMs = globals[place];
  if (endsMs === undefined) return usualMs;
  const leftMs = Math.round(endsMs - performance.now() - earlierMs);
  return Math.min(usualMs, Math.max(leastMs, leftMs));
}
