import { computed, signal } from "@preact/signals";
import { type RunModel, toRunModel } from "../model/run-model.ts";
import { filterTests } from "../model/test-filter.ts";
import { filter } from "./route.ts";

export const model = signal<RunModel>(toRunModel([]));

/** False where the page shows a file. */
export const isLive = signal(false);

export const shownTests = computed(() => filterTests(model.value.rows, filter.value));

/** Files whose tests are folded away in the list. */
export const folded = signal<ReadonlySet<string>>(new Set());
