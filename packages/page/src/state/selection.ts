import { signal } from "@preact/signals";

/** The test under the keyboard's mark, by id. */
export const selectedTest = signal<string | undefined>(undefined);
