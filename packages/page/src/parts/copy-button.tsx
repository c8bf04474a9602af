import { useState } from "preact/hooks";
import { copyText } from "./copy-text.ts";
import { Icon } from "./icon.tsx";

interface Props {
  readonly text: string | (() => string);
  readonly label: string;
  /** Only the icon; the label is told to who cannot see it. */
  readonly quiet?: boolean;
}

export function CopyButton({ text, label, quiet = false }: Props) {
  const [state, setState] = useState<"idle" | "copied" | "failed">("idle");
  const copy = async (): Promise<void> => {
    const copied = await copyText(typeof text === "string" ? text : text());
    setState(copied ? "copied" : "failed");
    setTimeout(() => setState("idle"), 1600);
  };
  const said = state === "idle" ? label : state === "copied" ? "Copied" : "Could not copy";
  return (
    <button
      type="button"
      class={quiet ? "button quiet" : "button"}
      data-state={state}
      title={label}
      aria-label={said}
      onClick={() => void copy()}
    >
      <Icon name={state === "copied" ? "check" : "copy"} />
      {quiet ? null : <span aria-live="polite">{said}</span>}
    </button>
  );
}
