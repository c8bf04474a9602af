import { existsSync } from "node:fs";
import { copyFile, link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { ShakedownError } from "../errors/shakedown-error.ts";
import type { RunSnapshot } from "../events/reduce-run.ts";
import type { RunEvent } from "../events/run-event.ts";
import { pageFile } from "../kit/page-file.ts";
import { html, reportEvents, toJsonLines } from "../reports/html.ts";
import { junit } from "../reports/junit.ts";
import { textSummary } from "../reports/text-summary.ts";
import type { RunFolder } from "../runner/run-folder.ts";

export const reportKinds = ["html", "junit", "text"] as const;
export type ReportKind = (typeof reportKinds)[number];

export interface WriteReportsOptions {
  readonly events: readonly RunEvent[];
  readonly run: RunSnapshot;
  readonly folder: RunFolder;
  readonly kinds: readonly ReportKind[];
}

/** Writes a run's reports into its folder; says where the HTML one is to be looked for, where there is one. */
export async function writeReports({
  events,
  run,
  folder,
  kinds,
}: WriteReportsOptions): Promise<{ readonly html?: string }> {
  // In a source tree the page may not be built.
  const hasPage = kinds.includes("html") && existsSync(pageFile);
  const page = hasPage ? await htmlReport(events) : undefined;
  await Promise.all([
    ...(kinds.includes("junit") ? [writeFile(folder.junit, junit(run))] : []),
    ...(kinds.includes("text") ? [writeFile(folder.summary, textSummary(run))] : []),
    ...(page === undefined ? [] : [writeFile(folder.report, page)]),
  ]);
  if (page === undefined) return {};
  return { html: await publish(folder) };
}

/** One HTML file with everything in it. */
export async function htmlReport(events: readonly RunEvent[]): Promise<string> {
  const page = await readFile(pageFile, "utf8").catch((cause: unknown) => {
    throw new ShakedownError("INTERNAL", `the page of the report is not at ${pageFile.pathname}`, {
      hint: "Build it: npm run build",
      cause,
    });
  });
  // What the highest level saves is not worth its time at the end of every run.
  const gzipped = await promisify(gzip)(toJsonLines(reportEvents(events)), { level: 4 });
  return html(page, gzipped);
}

/** The newest report has a place of its own, which is the same for every run: a second name of the file, or a copy. */
async function publish({ path, report }: RunFolder): Promise<string> {
  const place = join(dirname(dirname(path)), "report", "index.html");
  const next = `${place}.${process.pid}`;
  await mkdir(dirname(place), { recursive: true });
  await rm(next, { force: true });
  await link(report, next).catch(() => copyFile(report, next)); // no second names on this file system
  await rename(next, place);
  return place;
}
