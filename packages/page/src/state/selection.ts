import { signal } from "@preact/signals";

/** The test under the keyboard's mark, by id. */
export const selectedTest = signal<string | undefined>(undefined);

/** Asked for by a key, perhaps before there is a field to type in. */
export const searchIsWanted = signal(false);
