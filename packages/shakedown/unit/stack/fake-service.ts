import { callback, derived } from "../../src/stack/option-functions.ts";
import type { Lifetime, References, Service } from "../../src/stack/service.ts";

export interface FakeOptions {
  readonly per?: Lifetime;
  readonly after?: readonly string[];
  readonly outputs?: readonly string[];
  readonly env?: object | ((references: References) => unknown);
  readonly migrate?: unknown;
  readonly [option: string]: unknown;
}

/** A service as an engine's factory makes it, of an engine that starts nothing. */
export function fake(options: FakeOptions = {}): Service<{ readonly isFake: true }> {
  const {
    per = "slot",
    after = [],
    outputs = ["url", "host", "port"],
    env,
    migrate,
    ...rest
  } = options;
  return {
    kind: "shakedown.service",
    engine: { name: "fake", module: new URL("fake-engine.ts", import.meta.url).href, outputs },
    per,
    after,
    options: { ...rest, env: derived(env), migrate: callback(migrate) },
    openClient: () => Promise.reject(new Error("a fake service has no client")),
  };
}
