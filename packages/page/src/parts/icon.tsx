/** Strokes on a grid of 16. */
const paths = {
  failed: "M4.5 4.5l7 7m0-7l-7 7",
  passed: "M3.5 8.5l3 3 6-7",
  flaky: "M12.5 6A5 5 0 1 0 13 9.5M12.8 2.8V6H9.6",
  skipped: "M4 8h8",
  running: "M8 3a5 5 0 1 1-5 5",
  copy: "M5.5 5.5v-3h8v8h-3m-8-5h8v8h-8z",
  check: "M3.5 8.5l3 3 6-7",
  link: "M6.5 9.5l3-3M7 4.5l1.2-1.2a2.9 2.9 0 0 1 4.2 4.2L11 8.8M9 11.5l-1.2 1.2a2.9 2.9 0 0 1-4.2-4.2L5 7.2",
  search: "M7 11.5a4.5 4.5 0 1 1 0-9 4.5 4.5 0 0 1 0 9zm3.3-1.2L14 14",
  light:
    "M8 10.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6zM8 1v1.6m0 10.8V15M1 8h1.6m10.8 0H15M3 3l1.2 1.2m7.6 7.6L13 13M3 13l1.2-1.2m7.6-7.6L13 3",
  dark: "M13.5 9.8A6 6 0 0 1 6.2 2.5a6 6 0 1 0 7.3 7.3z",
  system: "M2 3h12v8H2zm4 11h4m-2-3v3",
  down: "M4 6l4 4 4-4",
  right: "M6 4l4 4-4 4",
  left: "M10 4L6 8l4 4",
  close: "M4.5 4.5l7 7m0-7l-7 7",
  restart: "M3.5 10A5 5 0 1 0 3 6.5M3.2 3.2v3.3h3.3",
  stop: "M4.5 4.5h7v7h-7z",
  start: "M5 3.5l7.5 4.5L5 12.5z",
  pause: "M5.5 3.5v9m5-9v9",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" data-icon={name} viewBox="0 0 16 16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
