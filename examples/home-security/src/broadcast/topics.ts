/** Messages are named after what they tell of; patterns are about what happened to it. */
const named: Readonly<Record<string, string>> = {
  alert: "alert.created",
  camera: "camera.changed",
  detection: "detection.created",
  event: "event.created",
};

/** `alert` is `alert.created`, `camera_deleted` is `camera.deleted`: what a client's patterns are held against. */
export function topicOf(text: string): string {
  const { type } = JSON.parse(text) as { readonly type: string };
  return named[type] ?? type.replace("_", ".");
}

/** Whether a text has the form of a pattern in which `*` stands for anything. Never goes back, however many there are. */
export function matchesPattern(pattern: string, text: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === undefined) return text === pattern;
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  let from = first.length;
  for (const part of rest) {
    const at = text.indexOf(part, from);
    if (at === -1) return false;
    from = at + part.length;
  }
  return from <= text.length - last.length;
}
