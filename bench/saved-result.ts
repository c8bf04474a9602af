/** Every figure of a run, by a key that says its unit: `undo_ms`. */
export type Figures = Readonly<
  Record<string, number | string | boolean | readonly (number | string)[]>
>;

/** What a file bench/<name>.ts exports. */
export interface Benchmark {
  readonly run: () => Promise<Figures>;
  /** A sentence or two: what is compared with what. */
  readonly about?: string;
  /** What a key stands for, for the table in the docs. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** bench/results/<name>.json */
export interface SavedResult {
  readonly about: string;
  /** "2026-11-21" */
  readonly day: string;
  readonly machine: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly figures: Figures;
}
