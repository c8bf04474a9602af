import { useEffect } from "preact/hooks";
import { verdictOf } from "../model/verdict.ts";
import { Overview } from "../overview/overview.tsx";
import { route } from "../state/route.ts";
import { model } from "../state/run.ts";
import { TestPage } from "../test-page/test-page.tsx";
import { TestsView } from "../tests/tests-view.tsx";
import { Header } from "./header.tsx";
import "./app.css";

export function App() {
  const { title } = verdictOf(model.value);
  useEffect(() => {
    document.title = `${title} · Shakedown`;
  }, [title]);
  return (
    <>
      <Header />
      <main id="main" tabIndex={-1}>
        <Content />
      </main>
    </>
  );
}

function Content() {
  const { view, id } = route.value;
  if (view === "tests") return id === undefined ? <TestsView /> : <TestPage id={id} />;
  return <Overview />;
}
