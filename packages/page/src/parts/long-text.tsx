import { useState } from "preact/hooks";
import { ansiSpans } from "../model/ansi-spans.ts";
import { number } from "../model/verdict.ts";

interface Props {
  readonly text: string;
  readonly most?: number;
}

/** Text of others with its colours. A very long one shows its beginning, and the rest when asked. */
export function LongText({ text, most = 2000 }: Props) {
  const [shown, setShown] = useState(most);
  const rest = text.length - shown;
  return (
    <>
      {ansiSpans(rest > 0 ? text.slice(0, shown) : text).map((span, index) => (
        <span
          key={index}
          class={
            [
              span.color === undefined ? "" : `ansi-${span.color}`,
              span.bold === true ? "bold" : "",
              span.dim === true ? "dim" : "",
            ]
              .join(" ")
              .trim() || undefined
          }
        >
          {span.text}
        </span>
      ))}
      {rest > 0 ? (
        <button type="button" class="more" onClick={() => setShown(shown + 100_000)}>
          … {number(rest)} more characters
        </button>
      ) : null}
    </>
  );
}
