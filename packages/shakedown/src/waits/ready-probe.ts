/** When a command counts as ready, as plain data: it stands in the plan. */
export type ReadyProbe =
  | { readonly kind: "log"; readonly source: string; readonly flags: string }
  | { readonly kind: "http"; readonly url: string; readonly status?: readonly number[] }
  | { readonly kind: "tcp"; readonly port: string }
  | { readonly kind: "all"; readonly probes: readonly ReadyProbe[] };
