import { effect, signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";

const key = "shakedown-theme";

export const theme = signal<Theme>(stored());

effect(() => {
  document.documentElement.dataset["theme"] = theme.value;
});

export function setTheme(value: Theme): void {
  theme.value = value;
  try {
    localStorage.setItem(key, value);
  } catch {
    // A page from a file may have no storage: then it holds for this page only.
  }
}

function stored(): Theme {
  try {
    const value = localStorage.getItem(key);
    return value === "light" || value === "dark" ? value : "system";
  } catch {
    return "system";
  }
}
