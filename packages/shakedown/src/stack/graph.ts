/** What a service needs directly, by name. Unknown names are ignored by all functions here. */
export type Graph = ReadonlyMap<string, readonly string[]>;

export function toGraph(
  services: readonly { readonly name: string; readonly needs: readonly string[] }[],
): Graph {
  const names = new Set(services.map(({ name }) => name));
  return new Map(
    services.map(({ name, needs }) => [name, needs.filter((need) => names.has(need))]),
  );
}

/** Start order: everything in one level needs only what stands in levels before it. What is in a cycle is left out. */
export function levelsOf(graph: Graph): string[][] {
  const levels: string[][] = [];
  const done = new Set<string>();
  for (;;) {
    const level = [...graph.keys()].filter(
      (name) => !done.has(name) && (graph.get(name) ?? []).every((need) => done.has(need)),
    );
    if (level.length === 0) return levels;
    levels.push(level);
    for (const name of level) done.add(name);
  }
}

/** The given services and all that they need, directly or through others, in the graph's order. */
export function withNeeds(graph: Graph, names: Iterable<string>): string[] {
  return reach(graph, names, (name) => graph.get(name) ?? []);
}

/** The given services and all that need them, directly or through others, in the graph's order. */
export function withDependents(graph: Graph, names: Iterable<string>): string[] {
  return reach(graph, names, (name) => dependentsOf(graph, name));
}

/** Who needs this one directly. */
export function dependentsOf(graph: Graph, name: string): string[] {
  return [...graph].flatMap(([dependent, needs]) => (needs.includes(name) ? [dependent] : []));
}

/** One cycle as a path for each knot of the graph: `["a", "b", "a"]`. */
export function cyclesOf(graph: Graph): string[][] {
  const cycles: string[][] = [];
  const finished = new Set<string>();
  for (const start of graph.keys()) {
    const cycle = shortestCycle(graph, start, finished);
    if (cycle === undefined) continue;
    cycles.push(cycle);
    for (const name of withNeeds(graph, [start])) {
      if (withNeeds(graph, [name]).includes(start)) finished.add(name);
    }
  }
  return cycles;
}

function reach(
  graph: Graph,
  names: Iterable<string>,
  next: (name: string) => readonly string[],
): string[] {
  const seen = new Set<string>();
  const waiting = [...names];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (seen.has(name) || !graph.has(name)) continue;
    seen.add(name);
    waiting.push(...next(name));
  }
  return [...graph.keys()].filter((name) => seen.has(name));
}

function shortestCycle(
  graph: Graph,
  start: string,
  avoid: ReadonlySet<string>,
): string[] | undefined {
  if (avoid.has(start)) return undefined;
  const waiting: string[][] = [[start]];
  const seen = new Set<string>();
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    for (const need of graph.get(path.at(-1) ?? start) ?? []) {
      if (need === start) return [...path, start];
      if (seen.has(need) || avoid.has(need)) continue;
      seen.add(need);
      waiting.push([...path, need]);
    }
  }
  return undefined;
}
