/** How messages name a place in a stack: `services.api.env.PORT`. */
export function placeOf(service: string, path: readonly string[]): string {
  return ["services", service, ...path].join(".");
}
