import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../parts/icon.tsx";

interface Props {
  readonly label: string;
  readonly values: readonly { readonly value: string; readonly count: number }[];
  readonly chosen: readonly string[];
  readonly onChange: (chosen: string[]) => void;
}

const most = 200;

/** Values to tick, with a field that narrows them where there are many. */
export function FilterMenu({ label, values, chosen, onChange }: Props) {
  const [open, setOpen] = useState(false);
  const [text, setText] = useState("");
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    const close = (event: Event): void => {
      if (event instanceof KeyboardEvent ? event.key === "Escape" : !isInside(box.current, event)) {
        setOpen(false);
        if (event instanceof KeyboardEvent) event.stopImmediatePropagation();
      }
    };
    addEventListener("pointerdown", close, true);
    addEventListener("keydown", close, true);
    return () => {
      removeEventListener("pointerdown", close, true);
      removeEventListener("keydown", close, true);
    };
  }, [open]);
  if (values.length < 2 && chosen.length === 0) return null;
  const found = values.filter(({ value }) => value.toLowerCase().includes(text.toLowerCase()));
  return (
    <div class="menu" ref={box}>
      <button type="button" class="button" aria-expanded={open} onClick={() => setOpen(!open)}>
        {label}
        {chosen.length === 0 ? null : <b>{chosen.length}</b>}
        <Icon name="down" />
      </button>
      {open ? (
        <div class="menu-list" role="group" aria-label={label}>
          {values.length > 12 ? (
            <input
              type="search"
              placeholder={`Find a ${label.toLowerCase()}`}
              aria-label={`Find a ${label.toLowerCase()}`}
              value={text}
              ref={(field) => field?.focus()}
              onInput={({ currentTarget }) => setText(currentTarget.value)}
            />
          ) : null}
          {found.slice(0, most).map(({ value, count }) => (
            <label key={value} class="menu-item">
              <input
                type="checkbox"
                checked={chosen.includes(value)}
                onChange={() =>
                  onChange(
                    chosen.includes(value)
                      ? chosen.filter((other) => other !== value)
                      : [...chosen, value],
                  )
                }
              />
              <span>{value}</span>
              <span class="dim">{count}</span>
            </label>
          ))}
          {found.length === 0 ? <p class="dim">None is like this.</p> : null}
          {found.length > most ? (
            <p class="dim">… and {found.length - most} more: narrow it down.</p>
          ) : null}
        </div>
      ) : null}
    </div>
  );
}

function isInside(box: HTMLElement | null, event: Event): boolean {
  return event.target instanceof Node && box?.contains(event.target) === true;
}
