const key = "shakedown-token";

/** The address bears the token once: it is kept for this tab and taken out of what can be copied or photographed. */
export function takeToken(): string | undefined {
  const given = /^#token=([\w.~-]+)/.exec(location.hash)?.[1];
  if (given === undefined) return stored();
  history.replaceState(null, "", `${location.pathname}#/live`);
  try {
    sessionStorage.setItem(key, given);
  } catch {
    // Then a reload needs the link again.
  }
  return given;
}

function stored(): string | undefined {
  try {
    return sessionStorage.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}
