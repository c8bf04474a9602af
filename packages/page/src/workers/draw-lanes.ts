import { durationText } from "../../../shakedown/src/kit/duration-text.ts";
import { ticks } from "../model/ticks.ts";
import type { Span, SpanKind, WorkerLanes } from "../model/worker-lanes.ts";

export const laneHeight = 26;
export const axisHeight = 24;
const gutter = 64;

export interface Window {
  readonly from: number;
  readonly to: number;
}

export type Palette = Readonly<Record<SpanKind | "text" | "muted" | "line" | "start", string>>;

export interface DrawOptions {
  readonly window: Window;
  readonly palette: Palette;
  readonly width: number;
  readonly hovered: Span | undefined;
}

/** Where a moment stands on the canvas. */
export function toX(at: number, { from, to }: Window, width: number): number {
  return gutter + ((at - from) / (to - from)) * (width - gutter - 8);
}

export function toTime(x: number, { from, to }: Window, width: number): number {
  return from + ((x - gutter) / (width - gutter - 8)) * (to - from);
}

export function heightOf({ lanes }: WorkerLanes): number {
  return axisHeight + lanes.length * laneHeight + 4;
}

export function drawLanes(
  context: CanvasRenderingContext2D,
  chart: WorkerLanes,
  { window, palette, width, hovered }: DrawOptions,
): void {
  const height = heightOf(chart);
  context.clearRect(0, 0, width, height);
  context.font = `11px ${getComputedStyle(document.body).fontFamily}`;
  context.textBaseline = "middle";
  const x = (at: number): number => toX(at, window, width);
  context.fillStyle = palette.start;
  for (const { from, to } of chart.starting)
    fill(context, {
      left: Math.max(gutter, x(from)),
      right: x(to),
      top: axisHeight,
      height: height - axisHeight,
    });
  for (const ms of ticks(
    window.from - chart.from,
    window.to - chart.from,
    Math.max(3, Math.floor(width / 130)),
  )) {
    const left = x(chart.from + ms);
    context.fillStyle = palette.line;
    context.fillRect(Math.round(left), axisHeight - 6, 1, height);
    context.fillStyle = palette.muted;
    context.fillText(durationText(ms), left + 4, 10);
  }
  chart.lanes.forEach(({ slot, spans }, index) => {
    const top = axisHeight + index * laneHeight;
    context.fillStyle = palette.line;
    context.fillRect(0, top, width, 1);
    context.fillStyle = palette.muted;
    context.fillText(slot === undefined ? "no slot" : `slot ${slot}`, 4, top + laneHeight / 2);
    for (const span of spans) {
      if (span.to < window.from || span.from > window.to) continue;
      context.fillStyle = palette[span.kind];
      const thin = span.kind === "reset" ? 8 : span.kind === "slot" ? 5 : 4;
      fill(context, {
        left: Math.max(gutter, x(span.from)),
        right: Math.min(width, x(span.to)),
        top: top + thin,
        height: laneHeight - thin * 2 + 1,
      });
      if (span === hovered) {
        context.strokeStyle = palette.text;
        context.lineWidth = 1.5;
        const left = Math.max(gutter, x(span.from));
        context.strokeRect(left - 1, top + 3, Math.max(3, x(span.to) - left) + 2, laneHeight - 5);
      }
    }
  });
  context.fillStyle = palette.failed;
  for (const { at } of chart.exits) context.fillRect(Math.round(x(at)), axisHeight - 6, 2, height);
  context.clearRect(0, 0, 0, 0);
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly height: number;
}

/** A gap of half a pixel keeps neighbours apart; nothing is too short to see. */
function fill(context: CanvasRenderingContext2D, { left, right, top, height }: Box): void {
  if (right >= left) context.fillRect(left, top, Math.max(1, right - left - 0.5), height);
}

/** What stands under the pointer; tests before what comes between them. */
export function spanAt(
  chart: WorkerLanes,
  { x, y }: { readonly x: number; readonly y: number },
  { window, width }: Pick<DrawOptions, "window" | "width">,
): Span | undefined {
  const lane = chart.lanes[Math.floor((y - axisHeight) / laneHeight)];
  if (lane === undefined || x < gutter) return undefined;
  const at = toTime(x, window, width);
  const slack = ((window.to - window.from) / width) * 2;
  const near = lane.spans.filter(({ from, to }) => from - slack <= at && at <= to + slack);
  const distance = ({ from, to }: Span): number => (at < from ? from - at : at > to ? at - to : 0);
  return near.toSorted(
    (left, right) =>
      distance(left) - distance(right) || left.to - left.from - right.to + right.from,
  )[0];
}
