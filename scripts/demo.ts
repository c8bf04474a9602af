// `npm run demo`: the main job on a real application. Builds the package, gets what the example needs without root, and
// runs the example's suite against services that were not there before.
import { spawnSync } from "node:child_process";
import { buildPackage } from "./build-package.ts";
import { commandLine, exampleFolder, root } from "./places.ts";
import { flagsForReadOnlyModules } from "./read-only-modules.ts";
import { prepareServices } from "./prepare-services.ts";

console.log(
  "Shakedown demo: examples/home-security, an application on PostgreSQL and Redis, with its integration tests.\n",
);

if ((await buildPackage()).built) console.log("built packages/shakedown");
const missing = prepareServices((line) => console.log(line));
if (missing.length > 0) {
  console.error(
    `\nThis machine cannot run the demo yet:\n${missing.map((line) => `  ${line}`).join("\n")}`,
  );
  process.exit(3);
}

const run = spawnSync(
  process.execPath,
  [commandLine, "run", ...process.argv.slice(2), "--", ...flagsForReadOnlyModules()],
  { cwd: exampleFolder, stdio: "inherit" },
);
const exitCode = run.status ?? 130;

if (exitCode === 0) {
  console.log(`
What happened: Shakedown started the services that ${relative(exampleFolder)}/shakedown.stack.ts names, gave each
test worker a database, a Redis and an application of its own, put all data back after every test, and stopped
everything. No Docker, no root, and nothing left running. A second run starts from caches.

Try next:
  npm run demo                     again: now from caches
  cd ${relative(exampleFolder)}
  npx shakedown up                 keep the services running; then: npx shakedown status, logs, down
  npx vitest                       watch mode, on the same services
  docs/guide/getting-started.md    the same for a project of yours, in five minutes`);
}
process.exit(exitCode);

function relative(folder: string): string {
  return folder.slice(root.length + 1);
}
