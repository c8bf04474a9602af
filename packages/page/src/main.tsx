import { render } from "preact";
import { App } from "./app/app.tsx";
import { goLive } from "./live/live-state.ts";
import { readEvents } from "./model/read-events.ts";
import { toRunModel } from "./model/run-model.ts";
import { isLive, model } from "./state/run.ts";
import "./styles/tokens.css";
import "./styles/page.css";
import "./styles/controls.css";

const page = document.getElementById("page");
const packed = document.getElementById("events")?.textContent.trim() ?? "";
if (page !== null) {
  if (packed === "") {
    isLive.value = true;
    goLive();
    render(<App />, page);
  } else {
    await readEvents(packed).then(
      (events) => {
        model.value = toRunModel(events);
        render(<App />, page);
      },
      (error: unknown) => render(<Unreadable reason={String(error)} />, page),
    );
  }
}

function Unreadable({ reason }: { readonly reason: string }) {
  return (
    <main class="screen">
      <h1>This report cannot be read</h1>
      <p>The file was cut off or changed after it was written. Write it again: shakedown report</p>
      <pre>{reason}</pre>
    </main>
  );
}
