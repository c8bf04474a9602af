import type { RetiredSnapshot, RunSnapshot } from "../../../shakedown/src/events/reduce-run.ts";
import { median, percentile } from "./statistics.ts";

export interface ResetsOfService {
  readonly service: string;
  readonly clean: number;
  readonly restored: number;
  readonly fellBack: number;
  readonly rows: number;
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly totalMs: number;
  /** The tables that tests wrote most, with how many tests wrote them. */
  readonly tables: readonly {
    readonly name: string;
    readonly tests: number;
    readonly rows: number;
  }[];
}

export interface Isolation {
  readonly services: readonly ResetsOfService[];
  readonly fallBacks: readonly {
    readonly testId: string;
    readonly service: string;
    readonly reason: string;
  }[];
  /** Slots that were made anew for something else than a test's own doing or a failed test's data. */
  readonly retired: readonly RetiredSnapshot[];
  /** Slots that were set aside with a failed test's data. */
  readonly setAside: number;
}

/** How tests were kept from seeing one another's data. */
export function isolationOf({ tests, retired }: RunSnapshot): Isolation {
  const services = new Map<string, Collected>();
  const fallBacks: { testId: string; service: string; reason: string }[] = [];
  for (const { test, resets } of tests) {
    for (const { service, tookMs, outcome } of resets) {
      const of: Collected = services.get(service) ?? {
        clean: 0,
        restored: 0,
        fellBack: 0,
        rows: 0,
        times: [],
        tables: new Map(),
      };
      services.set(service, of);
      of.times.push(tookMs);
      if (outcome.kind === "clean") {
        of.clean += 1;
        continue;
      }
      if (outcome.kind === "restored") of.restored += 1;
      else {
        of.fellBack += 1;
        fallBacks.push({ testId: test.id, service, reason: outcome.reason });
      }
      for (const { name, rows } of outcome.touched) {
        const table = of.tables.get(name) ?? { name, tests: 0, rows: 0 };
        of.tables.set(name, { name, tests: table.tests + 1, rows: table.rows + rows });
        of.rows += rows;
      }
    }
  }
  return {
    services: [...services].map(([service, { times, tables, ...counts }]) => ({
      service,
      ...counts,
      medianMs: median(times),
      p95Ms: percentile(times, 0.95),
      totalMs: times.reduce((sum, ms) => sum + ms, 0),
      tables: [...tables.values()].toSorted((left, right) => right.tests - left.tests),
    })),
    fallBacks,
    retired: retired.filter(
      ({ kept, service, reason }) =>
        kept === undefined &&
        !fallBacks.some((test) => test.service === service && test.reason === reason),
    ),
    setAside: retired.filter(({ kept }) => kept !== undefined).length,
  };
}

interface Collected {
  clean: number;
  restored: number;
  fellBack: number;
  rows: number;
  readonly times: number[];
  readonly tables: Map<string, { name: string; tests: number; rows: number }>;
}
