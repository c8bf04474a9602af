import type { LeaseClient, OpenClientContext, ServiceLease } from "../isolation/lease.ts";

/** How long one incarnation of a service (or of its leased share) lives. */
export type Lifetime = "run" | "slot" | "test";

/** Names an engine and says where its supervisor side lives, so that nobody needs a table of engines. */
export interface EngineReference {
  readonly name: string;
  /** File URL of the module whose default export is the `Engine`. */
  readonly module: string;
  /** All outputs (`url`, `ports.http`) where they are known before the start, so that a typo is found without starting. */
  readonly outputs?: readonly string[];
}

/**
 * The other services, as seen from an option of a service. Every property is a placeholder that becomes the real value
 * when the service starts: `({ db }) => ({ DATABASE_URL: db.url })`. `self` is the service's own outputs.
 */
// The siblings' types cannot be inferred from inside the object that defines them; names are checked when the stack is loaded.
// oxlint-disable-next-line typescript/no-explicit-any
export type References = Record<string, any>;

/** A service as it stands in a stack file: plain data, plus the way to open a client on its lease. */
export interface Service<Handle = unknown> {
  readonly kind: "shakedown.service";
  readonly engine: EngineReference;
  readonly per: Lifetime;
  readonly after: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  /** Opens the test side of a lease; called in the process that runs the tests. */
  readonly openClient: (
    lease: ServiceLease,
    context: OpenClientContext,
  ) => Promise<LeaseClient<Handle>>;
}

export type Services = Readonly<Record<string, Service>>;

export type HandleOf<Value> = Value extends Service<infer Handle> ? Handle : never;

/** The typed fixtures of a stack: one handle for each service. */
export type HandlesOf<StackServices extends Services> = {
  [Name in keyof StackServices]: HandleOf<StackServices[Name]>;
};
