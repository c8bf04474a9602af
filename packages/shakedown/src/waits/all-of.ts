import type { LookContext, Seen } from "./look.ts";
import type { ReadyProbe } from "./ready-probe.ts";

type Look = (probe: ReadyProbe, context: LookContext) => Promise<Seen> | Seen;

/** Ready once all are, in this order: what one tells (a URL in a log line) the next ones know. */
export async function lookAtAll(
  { probes }: { probes: readonly ReadyProbe[] },
  context: LookContext,
  look: Look,
): Promise<Seen> {
  let told: Readonly<Record<string, string>> = {};
  for (const probe of probes) {
    const seen = await look(probe, { ...context, outputs: { ...context.outputs, ...told } });
    if (!seen.ready) return seen;
    told = { ...told, ...seen.outputs };
  }
  return { ready: true, outputs: told };
}
