import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

interface Props<Row> {
  readonly rows: readonly Row[];
  readonly rowHeight: number;
  readonly label: string;
  /** Kept in view. */
  readonly selected: number;
  readonly children: (row: Row, index: number) => ComponentChildren;
}

const overscan = 12;

/** Only the rows in view are in the document; all have one height. It scrolls with the page. */
export function VirtualList<Row>({ rows, rowHeight, label, selected, children }: Props<Row>) {
  const box = useRef<HTMLDivElement>(null);
  const [range, setRange] = useState({ from: 0, to: 60 });

  useLayoutEffect(() => {
    const measure = (): void => {
      const top = -(box.current?.getBoundingClientRect().top ?? 0);
      const from = Math.max(0, Math.floor(top / rowHeight) - overscan);
      const to = Math.ceil((top + innerHeight) / rowHeight) + overscan;
      setRange((before) => (before.from === from && before.to === to ? before : { from, to }));
    };
    const everything = (): void => setRange({ from: 0, to: 2000 });
    measure();
    addEventListener("scroll", measure, { passive: true });
    addEventListener("resize", measure);
    addEventListener("beforeprint", everything);
    return () => {
      removeEventListener("scroll", measure);
      removeEventListener("resize", measure);
      removeEventListener("beforeprint", everything);
    };
  }, [rowHeight, rows.length]);

  useLayoutEffect(() => {
    if (selected < 0 || box.current === null) return;
    const top = box.current.getBoundingClientRect().top + selected * rowHeight;
    const head = 150 + rowHeight;
    const foot = innerHeight - rowHeight * 2;
    if (top < head) scrollBy({ top: top - head });
    else if (top > foot) scrollBy({ top: top - foot });
  }, [selected]);

  return (
    <div
      ref={box}
      class="virtual"
      role="list"
      aria-label={label}
      style={{ height: `${rows.length * rowHeight}px` }}
    >
      <div
        role="presentation"
        style={{ transform: `translateY(${Math.min(range.from, rows.length) * rowHeight}px)` }}
      >
        {rows.slice(range.from, range.to).map((row, index) => children(row, range.from + index))}
      </div>
    </div>
  );
}
