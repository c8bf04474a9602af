import { useEffect } from "preact/hooks";
import { verdictOf } from "../model/verdict.ts";
import { IsolationView } from "../isolation/isolation-view.tsx";
import { ConnectionBar, RefusedScreen } from "../live/connection-bar.tsx";
import { connection, runIsUnderWay } from "../live/live-state.ts";
import { LiveView } from "../live/live-view.tsx";
import { Overview } from "../overview/overview.tsx";
import { ServicesView } from "../services/services-view.tsx";
import { route } from "../state/route.ts";
import { isLive, model } from "../state/run.ts";
import { TestPage } from "../test-page/test-page.tsx";
import { TestsView } from "../tests/tests-view.tsx";
import { SlowestView } from "../workers/slowest-view.tsx";
import { WorkersView } from "../workers/workers-view.tsx";
import { Header } from "./header.tsx";
import { Help } from "./help.tsx";
import { listenToKeys } from "./keys.ts";
import "./app.css";

export function App() {
  const { title } = verdictOf(model.value, { live: isLive.value && runIsUnderWay.value });
  useEffect(() => {
    document.title = `${title} · Shakedown`;
  }, [title]);
  useEffect(listenToKeys, []);
  if (isLive.value && connection.value === "refused") return <RefusedScreen />;
  return (
    <>
      <Header />
      {isLive.value ? <ConnectionBar /> : null}
      <main id="main" tabIndex={-1}>
        <Content />
      </main>
      <Help />
    </>
  );
}

function Content() {
  const { view, id } = route.value;
  switch (view) {
    case "tests":
      return id === undefined ? <TestsView /> : <TestPage id={id} />;
    case "services":
      return <ServicesView />;
    case "workers":
      return <WorkersView />;
    case "slowest":
      return <SlowestView />;
    case "isolation":
      return <IsolationView />;
    case "live":
      return isLive.value ? <LiveView /> : <Overview />;
    case "overview":
      return <Overview />;
  }
}
