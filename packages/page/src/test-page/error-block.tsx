import type { TestError } from "../../../shakedown/src/events/run-event.ts";
import { codeTokens, frameLines } from "../model/code-frame.ts";
import { diffLines } from "../model/diff-lines.ts";
import { stackLines } from "../model/stack-lines.ts";
import { plural } from "../model/verdict.ts";
import { LongText } from "../parts/long-text.tsx";

interface Props {
  readonly error: TestError;
  readonly root: string | undefined;
}

export function ErrorBlock({ error: { message, diff, codeFrame, stack }, root }: Props) {
  return (
    <div class="error">
      <pre class="error-message" dir="ltr">
        <LongText
          text={message.trim() === "" ? "(an error without a message)" : message}
          most={4000}
        />
      </pre>
      {diff === undefined ? null : <Diff diff={diff} />}
      {codeFrame === undefined || codeFrame === "" ? null : <CodeFrame frame={codeFrame} />}
      {stack === undefined ? null : <Stack stack={stack} root={root} />}
    </div>
  );
}

const mostDiffLines = 400;

function Diff({ diff }: { readonly diff: string }) {
  const lines = diffLines(diff.slice(0, 200_000));
  return (
    <pre class="diff" aria-label="Difference" dir="ltr">
      {lines.slice(0, mostDiffLines).map(({ kind, text }, index) => (
        <span key={index} class={`diff-line ${kind}`}>
          <LongText text={text} most={1000} />
          {"\n"}
        </span>
      ))}
      {lines.length > mostDiffLines ? (
        <span class="diff-line place">… {plural(lines.length - mostDiffLines, "more line")}</span>
      ) : null}
    </pre>
  );
}

function CodeFrame({ frame }: { readonly frame: string }) {
  return (
    <pre class="code" aria-label="Source" dir="ltr">
      {frameLines(frame).map(({ number, code, marked, caret }, index) => (
        <span key={index} class={marked ? "code-line marked" : "code-line"}>
          <span class="code-number">{number}</span>
          <span class="code-text">
            {codeTokens(code).map(({ kind, text }, at) => (
              <span
                key={at}
                class={
                  kind === "plain" ? undefined : `code-${kind === "number" ? "literal" : kind}`
                }
              >
                {text}
              </span>
            ))}
            {caret === undefined || caret < 0 ? null : (
              <span class="code-caret" aria-hidden="true">
                {`\n${code.slice(0, caret).replaceAll(/[^\t]/g, " ")}^`}
              </span>
            )}
            {"\n"}
          </span>
        </span>
      ))}
    </pre>
  );
}

function Stack({ stack, root }: { readonly stack: string; readonly root: string | undefined }) {
  const lines = stackLines(stack.slice(0, 100_000), root);
  const own = lines.findIndex(({ foreign }) => !foreign);
  if (lines.length === 0) return null;
  return (
    <details class="stack">
      <summary>
        <span class="dim">{lines[own === -1 ? 0 : own]?.text.slice(0, 300)}</span>
        <span class="dim"> · {plural(lines.length, "frame")}</span>
      </summary>
      <pre dir="ltr">
        {lines.map(({ text, foreign }, index) => (
          <span key={index} class={foreign ? "dim" : undefined}>
            {text}
            {"\n"}
          </span>
        ))}
      </pre>
    </details>
  );
}
