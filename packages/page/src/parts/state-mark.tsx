import type { TestState } from "../model/run-model.ts";
import { Icon } from "./icon.tsx";

export const stateWords: Readonly<Record<TestState, string>> = {
  failed: "Failed",
  flaky: "Passed when tried again",
  running: "Running",
  passed: "Passed",
  skipped: "Skipped",
};

export function StateMark({ state }: { readonly state: TestState }) {
  return (
    <span
      class={`mark ${state}`}
      role="img"
      aria-label={stateWords[state]}
      title={stateWords[state]}
    >
      <Icon name={state} />
    </span>
  );
}
