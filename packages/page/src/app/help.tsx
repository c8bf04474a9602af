import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../parts/icon.tsx";

export const helpIsOpen = signal(false);

const keys: readonly (readonly [string, string])[] = [
  ["/", "search tests"],
  ["j  ↓", "next test"],
  ["k  ↑", "previous test"],
  ["Enter", "open the marked test"],
  ["f", "next failed test"],
  ["F", "previous failed test"],
  ["Esc", "back to the list, empty the search"],
  ["o", "overview"],
  ["t", "tests"],
  ["s", "services"],
  ["w", "workers"],
  ["c", "copy the command that runs the test again"],
  ["?", "this help"],
];

export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = helpIsOpen.value;
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    <dialog
      ref={dialog}
      class="help"
      aria-label="Keys"
      onClose={() => (helpIsOpen.value = false)}
      onClick={({ target, currentTarget }) => {
        if (target === currentTarget) helpIsOpen.value = false;
      }}
    >
      <div class="help-inside">
        <h2>
          Keys
          <button
            type="button"
            class="button quiet"
            aria-label="Close"
            onClick={() => (helpIsOpen.value = false)}
          >
            <Icon name="close" />
          </button>
        </h2>
        <dl>
          {keys.map(([key, what]) => (
            <div key={key}>
              <dt>
                {key.split("  ").map((each) => (
                  <kbd key={each}>{each}</kbd>
                ))}
              </dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
        <p class="note">
          In the search: <code>@tag</code>, <code>f:file</code>, <code>s:failed</code>,{" "}
          <code>"two words"</code>; <code>!</code> before a word turns it around.
        </p>
      </div>
    </dialog>
  );
}
