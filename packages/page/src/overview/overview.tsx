import { durationText } from "../../../shakedown/src/kit/duration-text.ts";
import { successRate, verdictOf } from "../model/verdict.ts";
import { model } from "../state/run.ts";
import "./overview.css";

export function Overview() {
  const { run, counts } = model.value;
  const verdict = verdictOf(model.value);
  return (
    <section class="overview">
      <h1 class={verdict.tone}>{verdict.title}</h1>
      <p>{verdict.more}</p>
      <p>
        {successRate(counts)} · {durationText(run.finished?.durationMs ?? 0)}
      </p>
    </section>
  );
}
