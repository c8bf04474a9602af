// `npm test`: builds the package and runs every group of tests that this machine can run.
//
//   npm test                         all groups
//   npm test -- unit                 one group (or several)
//   npm test -- unit/kit             the tests whose path contains this; other Vitest flags pass on as well
//   SHAKEDOWN_REQUIRE=all npm test   what cannot run for want of something fails; nothing is skipped for that
//
// The last line is `N passed, N failed`, with `, N skipped` where there are any.
import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildPackage } from "./build-package.ts";
import { prepareServices } from "./prepare-services.ts";
import { runVitest } from "./run-vitest.ts";
import { add, type Count, toClosingLine } from "./test-count.ts";
import { type Group, pickGroups } from "./test-groups.ts";

const { wanted, vitestArguments } = pickGroups(process.argv.slice(2));
const requireAll = process.env["SHAKEDOWN_REQUIRE"] === "all";
const startedMs = performance.now();

try {
  await buildPackage();
} catch (error) {
  console.log(String(error));
  console.log(toClosingLine({ passed: 0, failed: 1, skipped: 0 }));
  process.exit(1);
}
const missing = wanted.some((group) => group.needsServices)
  ? prepareServices((line) => console.log(line))
  : [];
const scratch = await mkdtemp(join(tmpdir(), "shakedown-test-"));
const notes: string[] = [];
let total: Count = { passed: 0, failed: 0, skipped: 0 };
try {
  for (const group of wanted) total = add(total, await runGroup(group));
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

console.log("");
for (const note of notes) console.log(note);
console.log(`took ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
console.log(toClosingLine(total));
process.exitCode = total.failed > 0 ? 1 : 0;

async function runGroup(group: Group): Promise<Count> {
  if (group.needsServices && missing.length > 0) {
    notes.push(`${group.name}: ${requireAll ? "FAILED" : "skipped"}, ${missing.join("; ")}`);
    return requireAll ? { passed: 0, failed: 1, skipped: 0 } : { passed: 0, failed: 0, skipped: 1 };
  }
  console.log(`\n== ${group.name}: ${group.about}`);
  const count = await runVitest(group, {
    vitestArguments,
    resultFile: join(scratch, `${group.name}.json`),
  });
  if (count.problem !== undefined) notes.push(`${group.name}: ${count.problem}`);
  notes.push(`${group.name}: ${toClosingLine(count)}`);
  for (const reason of count.leftOut) notes.push(`  ${reason}`);
  return count;
}
