import { startChart } from "../doctor/speed/start-chart.ts";
import type { ExaminedSpeed } from "../doctor/speed/examine-speed.ts";
import { criticalChain } from "../doctor/speed/start-phases.ts";
import { durationText } from "../kit/duration-text.ts";
import type { Paint } from "../kit/paint.ts";

/** Where the time of a start goes, as bars, and what would make it shorter. */
export function speedText({ first, second, advice }: ExaminedSpeed, paint: Paint): string {
  const rows = startChart(second);
  const width = Math.max(...rows.map(({ title }) => title.length));
  const lines = rows.map(({ title, bar, took, isCritical }) => {
    const name = title.padEnd(width);
    return ` ${isCritical ? name : paint("dim", name)}  ${paint(isCritical ? "yellow" : "dim", bar)}  ${took}`;
  });
  const chain = criticalChain(second.phases)
    .map(({ title }) => title)
    .join(", ");
  return [
    ` Ready with one slot in ${paint("bold", durationText(second.totalMs))} with filled caches (${durationText(first.totalMs)} the first time).`,
    "",
    ...lines,
    "",
    ` The start is as long as these, one after the other: ${chain}.`,
    "",
    ...advice.map((sentence) => ` ${paint("cyan", "→")} ${sentence}`),
    "",
  ].join("\n");
}
