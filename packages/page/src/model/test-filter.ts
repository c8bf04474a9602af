import { type TestRow, type TestState, testStates } from "./run-model.ts";

export const sorts = ["file", "slowest", "started", "name"] as const;
export type Sort = (typeof sorts)[number];

/** Kinds are combined with "and", the values of one kind with "or". */
export interface TestFilter {
  readonly search: string;
  readonly states: readonly TestState[];
  readonly files: readonly string[];
  readonly suites: readonly string[];
  readonly tags: readonly string[];
  readonly projects: readonly string[];
  readonly sort: Sort;
}

export const noFilter: TestFilter = {
  search: "",
  states: [],
  files: [],
  suites: [],
  tags: [],
  projects: [],
  sort: "file",
};

export function isFiltering(filter: TestFilter): boolean {
  const { search, states, files, suites, tags, projects } = filter;
  return search.trim() !== "" || [states, files, suites, tags, projects].some((l) => l.length > 0);
}

export function filterTests(rows: readonly TestRow[], filter: TestFilter): readonly TestRow[] {
  const words = toWords(filter.search);
  const found = rows.filter(
    (row) =>
      among(filter.states, row.state) &&
      among(filter.files, row.file) &&
      (filter.suites.length === 0 || filter.suites.some((suite) => isInside(row.suite, suite))) &&
      (filter.tags.length === 0 || filter.tags.some((tag) => row.tags.includes(tag))) &&
      among(filter.projects, row.project) &&
      words.every((word) => matches(row, word)),
  );
  switch (filter.sort) {
    case "slowest":
      return found.toSorted((left, right) => right.durationMs - left.durationMs);
    case "started":
      return found.toSorted((left, right) => startOf(left) - startOf(right));
    case "name":
      return found.toSorted((left, right) => left.name.localeCompare(right.name));
    case "file":
      return found;
  }
}

interface Word {
  readonly not: boolean;
  readonly kind: "text" | "tag" | "file" | "state";
  readonly text: string;
}

/** `deletes "two words" !slow @tag f:cameras s:failed` */
export function toWords(search: string): Word[] {
  return [...search.toLowerCase().matchAll(/(!?)(@|f:|s:)?(?:"([^"]*)"?|(\S+))/g)].flatMap(
    ([, not, prefix, quoted, bare]) => {
      const text = quoted ?? bare ?? "";
      if (text === "") return [];
      const kind =
        prefix === "@" ? "tag" : prefix === "f:" ? "file" : prefix === "s:" ? "state" : "text";
      return [{ not: not === "!", kind, text }];
    },
  );
}

function matches(row: TestRow, { not, kind, text }: Word): boolean {
  const found =
    kind === "tag"
      ? row.tags.some((tag) => tag.toLowerCase().includes(text))
      : kind === "file"
        ? row.file.toLowerCase().includes(text)
        : kind === "state"
          ? row.state.startsWith(text)
          : row.haystack.includes(text);
  return found !== not;
}

function among<Value>(wanted: readonly Value[], value: Value): boolean {
  return wanted.length === 0 || wanted.includes(value);
}

function isInside(suite: string, outer: string): boolean {
  return suite === outer || suite.startsWith(`${outer} › `);
}

function startOf(row: TestRow): number {
  return row.snapshot.result.startedEpochMs;
}

export function toQuery(filter: TestFilter): string {
  const query = new URLSearchParams();
  if (filter.search !== "") query.set("q", filter.search);
  for (const [key, values] of lists(filter)) for (const value of values) query.append(key, value);
  if (filter.sort !== "file") query.set("sort", filter.sort);
  return query.toString();
}

export function fromQuery(text: string): TestFilter {
  const query = new URLSearchParams(text);
  const sort = sorts.find((each) => each === query.get("sort")) ?? "file";
  const states = testStates.filter((state) => query.getAll("status").includes(state));
  return {
    search: query.get("q") ?? "",
    states,
    files: query.getAll("file"),
    suites: query.getAll("suite"),
    tags: query.getAll("tag"),
    projects: query.getAll("project"),
    sort,
  };
}

function lists({
  states,
  files,
  suites,
  tags,
  projects,
}: TestFilter): [string, readonly string[]][] {
  return [
    ["status", states],
    ["file", files],
    ["suite", suites],
    ["tag", tags],
    ["project", projects],
  ];
}
