import type { RunEvent } from "../../../shakedown/src/events/run-event.ts";

/** The events of a report: base64 of gzipped JSON lines. */
export async function readEvents(base64: string): Promise<RunEvent[]> {
  const packed = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return toEvents(await new Response(stream).text());
}

/** A run that was cut short may leave half a line, and a newer writer what is unknown here: both are passed over. */
export function toEvents(text: string): RunEvent[] {
  return text.split("\n").flatMap((line) => {
    const event = toEvent(line);
    return event === undefined ? [] : [event];
  });
}

export function toEvent(line: string): RunEvent | undefined {
  if (line.trim() === "") return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && "type" in value && "atEpochMs" in value
      ? (value as RunEvent)
      : undefined;
  } catch {
    // Half a line.
    return undefined;
  }
}
