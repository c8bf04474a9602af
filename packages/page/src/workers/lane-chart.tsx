import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { durationText } from "../../../shakedown/src/kit/duration-text.ts";
import { offsetText } from "../model/log-lines.ts";
import type { Span, SpanKind, WorkerLanes } from "../model/worker-lanes.ts";
import { go } from "../state/route.ts";
import { theme } from "../state/theme.ts";
import { drawLanes, heightOf, type Palette, spanAt, toTime, type Window } from "./draw-lanes.ts";

interface Hover {
  readonly span: Span;
  readonly x: number;
  readonly y: number;
}

const kinds: readonly (SpanKind | "text" | "muted" | "line" | "start")[] = [
  "passed",
  "failed",
  "flaky",
  "running",
  "reset",
  "slot",
  "start",
  "text",
  "muted",
  "line",
];

/** Every worker's time: wheel with Ctrl zooms, dragging moves, a click opens the test. */
export function LaneChart({ chart }: { readonly chart: WorkerLanes }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const swatches = useRef<HTMLSpanElement>(null);
  const drag = useRef<{ readonly x: number; readonly window: Window; moved: boolean }>(undefined);
  const whole: Window = { from: chart.from, to: chart.to };
  const [chosen, setChosen] = useState<Window>();
  const window = chosen ?? whole;
  const [width, setWidth] = useState(900);
  const [hover, setHover] = useState<Hover>();
  const [drawn, redraw] = useState(0);
  const height = heightOf(chart);

  useEffect(() => {
    const measure = (): void => setWidth(canvas.current?.parentElement?.clientWidth ?? 900);
    const colors = (): void => redraw((times) => times + 1);
    const query = matchMedia("(prefers-color-scheme: dark)");
    measure();
    addEventListener("resize", measure);
    query.addEventListener("change", colors);
    return () => {
      removeEventListener("resize", measure);
      query.removeEventListener("change", colors);
    };
  }, []);

  useLayoutEffect(() => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (element === null || context === null || context === undefined) return;
    const scale = devicePixelRatio;
    element.width = width * scale;
    element.height = height * scale;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    drawLanes(context, chart, {
      window,
      width,
      palette: readPalette(swatches.current),
      hovered: hover?.span,
    });
  }, [chart, window.from, window.to, width, height, hover?.span, drawn, theme.value]);

  const zoom = (factor: number, around = (window.from + window.to) / 2): void => {
    const span = Math.min(whole.to - whole.from, Math.max(5, (window.to - window.from) * factor));
    const share = (around - window.from) / (window.to - window.from);
    setChosen(inside({ from: around - span * share, to: around + span * (1 - share) }, whole));
  };

  useEffect(() => {
    const element = canvas.current;
    const wheel = (event: WheelEvent): void => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      zoom(event.deltaY > 0 ? 1.25 : 0.8, toTime(event.offsetX, window, width));
    };
    element?.addEventListener("wheel", wheel, { passive: false });
    return () => element?.removeEventListener("wheel", wheel);
  });

  return (
    <div class="lanes">
      <div class="lanes-tools">
        <button type="button" class="button" onClick={() => zoom(0.5)}>
          Zoom in
        </button>
        <button
          type="button"
          class="button"
          disabled={chosen === undefined}
          onClick={() => zoom(2)}
        >
          Zoom out
        </button>
        <button
          type="button"
          class="button"
          disabled={chosen === undefined}
          onClick={() => setChosen(undefined)}
        >
          Whole run
        </button>
        <span class="note">Ctrl and wheel zoom, dragging moves, a click opens the test.</span>
      </div>
      <div class="lanes-canvas">
        <canvas
          ref={canvas}
          role="img"
          aria-label="What each worker did when; the table below says it in figures"
          style={{
            width: `${width}px`,
            height: `${height}px`,
            cursor: hover?.span.row === undefined ? "default" : "pointer",
          }}
          onPointerDown={(event) => {
            drag.current = { x: event.offsetX, window, moved: false };
            event.currentTarget.setPointerCapture(event.pointerId);
          }}
          onPointerMove={(event) => {
            const { offsetX: x, offsetY: y } = event;
            if (drag.current !== undefined) {
              if (Math.abs(x - drag.current.x) > 3) drag.current.moved = true;
              const before = drag.current.window;
              const shift = toTime(drag.current.x, before, width) - toTime(x, before, width);
              if (drag.current.moved && chosen !== undefined)
                setChosen(inside({ from: before.from + shift, to: before.to + shift }, whole));
              return;
            }
            const span = spanAt(chart, { x, y }, { window, width });
            setHover(span === undefined ? undefined : { span, x, y });
          }}
          onPointerUp={({ offsetX: x, offsetY: y }) => {
            const moved = drag.current?.moved === true;
            drag.current = undefined;
            const row = spanAt(chart, { x, y }, { window, width })?.row;
            if (!moved && row !== undefined) go({ view: "tests", id: row.id });
          }}
          onPointerLeave={() => setHover(undefined)}
          onDblClick={({ offsetX }) => zoom(0.4, toTime(offsetX, window, width))}
        />
        {hover === undefined ? null : <Tip hover={hover} width={width} from={chart.from} />}
      </div>
      <span ref={swatches} class="palette" aria-hidden="true">
        {kinds.map((kind) => (
          <span key={kind} class={`lane-${kind}`} />
        ))}
      </span>
    </div>
  );
}

function Tip({
  hover: { span, x, y },
  width,
  from,
}: {
  readonly hover: Hover;
  readonly width: number;
  readonly from: number;
}) {
  const right = x > width - 340;
  return (
    <div
      class="tip"
      role="presentation"
      style={{
        top: `${y + 16}px`,
        ...(right ? { right: `${width - x}px` } : { left: `${x + 12}px` }),
      }}
    >
      <b>{span.kind === "reset" || span.kind === "slot" ? span.text : span.row?.name}</b>
      {span.row === undefined ? null : <p class="dim">{span.row.file}</p>}
      <p>
        {durationText(span.to - span.from)}{" "}
        <span class="dim">at {offsetText(span.from, from)}</span>
      </p>
    </div>
  );
}

function inside(wanted: Window, whole: Window): Window | undefined {
  const span = wanted.to - wanted.from;
  if (span >= whole.to - whole.from) return undefined;
  const from = Math.min(Math.max(wanted.from, whole.from), whole.to - span);
  return { from, to: from + span };
}

/** A canvas knows no custom properties: the colours are read from elements that have them. */
function readPalette(swatches: HTMLElement | null): Palette {
  const colors = [...(swatches?.children ?? [])].map(
    (swatch) => getComputedStyle(swatch).backgroundColor,
  );
  return Object.fromEntries(kinds.map((kind, index) => [kind, colors[index] ?? "gray"])) as Palette;
}
