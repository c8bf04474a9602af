import { connection } from "../live/live-state.ts";
import { toHash, type View, view } from "../state/route.ts";
import { isLive, model } from "../state/run.ts";
import { setTheme, theme, type Theme } from "../state/theme.ts";
import { helpIsOpen } from "./help.tsx";
import { Icon } from "../parts/icon.tsx";

const nextTheme: Readonly<Record<Theme, Theme>> = {
  system: "light",
  light: "dark",
  dark: "system",
};

export function Header() {
  const { counts, run } = model.value;
  // Those that were set aside with a failed test's data say nothing about isolation.
  const retriedSlots = Math.max(
    run.infrastructure.fallBacks,
    run.retired.filter(({ kept }) => kept === undefined).length,
  );
  const tabs: readonly { view: View; label: string; count?: number }[] = [
    ...(isLive.value ? [{ view: "live" as const, label: "Live" }] : []),
    { view: "overview", label: "Overview" },
    { view: "tests", label: "Tests", count: counts.all },
    { view: "services", label: "Services", count: run.services.length },
    { view: "workers", label: "Workers" },
    { view: "slowest", label: "Slowest" },
    { view: "isolation", label: "Isolation", count: retriedSlots },
  ];
  return (
    <header class="top">
      <a class="skip" href="#main">
        Skip to content
      </a>
      <div class="top-row">
        <a class="brand" href={toHash({ view: "overview" })}>
          <svg viewBox="0 0 20 20" aria-hidden="true">
            <path d="M2 11.5h16l-2.6 5H4.6zM9.2 2v8M9.2 3l6.3 7H9.2M9.2 5L4.8 10h4.4" />
          </svg>
          Shakedown
        </a>
        <nav class="tabs" aria-label="Views">
          {tabs.map((tab) => (
            <a
              key={tab.view}
              href={toHash({ view: tab.view })}
              aria-current={tab.view === view.value ? "page" : undefined}
            >
              {tab.label}
              {tab.count === undefined || tab.count === 0 ? null : (
                <span class="tab-count">{tab.count.toLocaleString("en")}</span>
              )}
            </a>
          ))}
        </nav>
        <div class="top-tools">
          {isLive.value ? (
            <span class="link-state" role="status">
              <span
                class={`dot ${connection.value === "open" ? "good" : "busy"}`}
                aria-hidden="true"
              />
              {connection.value === "open" ? "Live" : "Connecting"}
            </span>
          ) : null}
          <button
            type="button"
            class="button quiet"
            aria-label="Keys"
            title="Keys (?)"
            onClick={() => (helpIsOpen.value = true)}
          >
            ?
          </button>
          <button
            type="button"
            class="button quiet"
            aria-label={`Colours: ${theme.value}`}
            title={`Colours: ${theme.value}`}
            onClick={() => setTheme(nextTheme[theme.value])}
          >
            <Icon name={theme.value} />
          </button>
        </div>
      </div>
    </header>
  );
}
