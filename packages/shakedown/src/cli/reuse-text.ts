import { reasonText } from "../supervisor/reuse-reasons.ts";
import type { Reuse } from "../supervisor/reuse-record.ts";

/** One line for whoever expected what ran to be used; nothing where that is so, or nothing ran. */
export function notReusedLine({ outcome, reasons }: Reuse): string | undefined {
  if (outcome === "own") return "services of its own: what `shakedown up` keeps is not used on CI";
  if (outcome !== "anew") return undefined;
  const [first, ...others] = reasons.map(reasonText);
  if (first === undefined) return "services start anew";
  const more = others.length === 0 ? "" : `, and ${others.length} more: shakedown status --why`;
  return `services start anew: ${first}${more}`;
}

/** All of it, a reason a line. */
export function whyLines({ outcome, reasons, atEpochMs }: Reuse): string[] {
  const at = new Date(atEpochMs).toTimeString().slice(0, 8);
  const heads: Record<typeof outcome, string> = {
    attached: `What ran was used again at ${at}: nothing that shapes it had changed.`,
    anew: `The services were started anew at ${at}. What ran before was not used, because`,
    first: `The services were started at ${at}; nothing ran before that could have been used.`,
    own: `Services of its own were started at ${at}, beside what is kept.`,
  };
  return [heads[outcome], ...reasons.map((reason) => `  ${reasonText(reason)}`)];
}
