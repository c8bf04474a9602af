import type { RunEvent } from "../events/run-event.ts";

/** What the page needs to know of a run: all but the news that something began whose end is known. */
export function reportEvents(events: readonly RunEvent[]): RunEvent[] {
  const finished = new Set(
    events.flatMap((event) => (event.type === "test:finished" ? [event.test.id] : [])),
  );
  return events.filter((event) => event.type !== "test:started" || !finished.has(event.test.id));
}

/** The events as the page reads them, before they are compressed. */
export function toJsonLines(events: readonly RunEvent[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join("");
}

/**
 * The page with a run in it: `gzipped` are the events' lines. Nothing of the run stands in the file as text, so that no name
 * and no log line of it is ever read as HTML.
 */
export function html(page: string, gzipped: Buffer): string {
  const [whole] = emptyEvents.exec(page) ?? [];
  if (whole === undefined) throw new Error("the page has no empty element for the events");
  const cut = page.indexOf(whole) + whole.length - "</script>".length;
  return `${page.slice(0, cut)}${gzipped.toString("base64")}${page.slice(cut)}`;
}

const emptyEvents = /<script\b[^>]*\bid="events"[^>]*><\/script>/;
