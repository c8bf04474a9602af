/** When a command counts as ready, as plain data: it stands in the plan. */
export type ReadyProbe =
  | { readonly kind: "log"; readonly source: string; readonly flags: string }
  | { readonly kind: "http"; readonly url: string; readonly status?: readonly number[] }
  /** `holdMs`: what is closed again within this time was never open; for ports behind a proxy. */
  | { readonly kind: "tcp"; readonly port: string; readonly holdMs?: number }
  | { readonly kind: "all"; readonly probes: readonly ReadyProbe[] };
