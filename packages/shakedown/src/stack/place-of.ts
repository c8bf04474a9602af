/** How messages name a place in a stack, as JavaScript would: `services.api.env.PORT`, `services.api.after[0]`. */
export function placeOf(service: string, path: readonly string[]): string {
  return `services${[service, ...path].map((key) => access(key)).join("")}`;
}

function access(key: string): string {
  if (/^[A-Za-z_$][\w$]*$/.test(key)) return `.${key}`;
  return /^(0|[1-9]\d*)$/.test(key) ? `[${key}]` : `[${JSON.stringify(key)}]`;
}
