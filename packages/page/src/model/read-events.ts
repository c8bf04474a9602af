import type { RunEvent } from "../../../shakedown/src/events/run-event.ts";

/** The events of a report: base64 of gzipped JSON lines. */
export async function readEvents(base64: string): Promise<RunEvent[]> {
  const packed = fromBase64(base64);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return toEvents(await new Response(stream).text());
}

/** A run that was cut short may leave half a line, and a newer writer what is unknown here: both are passed over. */
export function toEvents(text: string): RunEvent[] {
  return (
    allAtOnce(text) ??
    text.split("\n").flatMap((line) => {
      const event = toEvent(line);
      return event === undefined ? [] : [event];
    })
  );
}

/** Twice as fast as line by line, where every line is whole. */
function allAtOnce(text: string): RunEvent[] | undefined {
  try {
    const values = JSON.parse(`[${text.trim().replaceAll("\n", ",")}]`) as unknown[];
    return values.every(isEvent) ? values : undefined;
  } catch {
    return undefined;
  }
}

function isEvent(value: unknown): value is RunEvent {
  return typeof value === "object" && value !== null && "type" in value && "atEpochMs" in value;
}

function fromBase64(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index += 1) bytes[index] = text.charCodeAt(index);
  return bytes;
}

export function toEvent(line: string): RunEvent | undefined {
  if (line.trim() === "") return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return isEvent(value) ? value : undefined;
  } catch {
    // Half a line.
    return undefined;
  }
}
