import type { LogSlice, TestResult } from "../events/run-event.ts";
import type { LogLines, LogQuery } from "../supervisor/session.ts";

export const linesPerService = 100;

/** Lines reach the log a moment after they were written: what a test caused may stand just behind its end. */
const slackMs = 50;

export interface EvidenceOptions {
  readonly logs: (query: LogQuery) => Promise<readonly LogLines[]>;
  readonly result: TestResult;
  /** The services that the test used; undefined when it is not known. */
  readonly services?: readonly string[];
}

/** What the services wrote while a test ran: its own slot's lines, and those of what all slots share. */
export async function gatherEvidence({
  logs,
  result,
  services,
}: EvidenceOptions): Promise<LogSlice[]> {
  const found = await logs({
    sinceEpochMs: Math.floor(result.startedEpochMs),
    untilEpochMs: Math.ceil(
      // Behind the test comes what its slot says while it is set aside.
      result.startedEpochMs + result.durationMs + (result.setAsideMs === undefined ? slackMs : 0),
    ),
    tail: linesPerService + 1,
    ...(result.slot === undefined ? {} : { slot: result.slot }),
  });
  return found
    .filter(({ lines }) => lines.length > 0)
    .map(({ service, slot, lines }) => ({
      service,
      ...(slot === undefined ? {} : { slot }),
      // A test without a slot of its own has the lines of all slots.
      shared: slot === undefined || result.slot === undefined,
      ...(services === undefined || services.includes(service) ? {} : { used: false as const }),
      lines:
        lines.length > linesPerService
          ? ["… earlier lines left out", ...lines.slice(-linesPerService)]
          : lines,
    }));
}
