// `npm run storm`: kills at 200 random moments of runs, one after another, with a census after each.
//
//   npm run storm                    200 kills (about 8 minutes)
//   npm run storm -- 500             as many
//   npm run storm -- 200 4711        the same moments again: the seed that a failure told
import { spawn } from "node:child_process";
import { join } from "node:path";
import { buildPackage } from "./build-package.ts";
import { packageFolder, root } from "./places.ts";

const [kills = "200", seed = String(Date.now() % 1_000_000)] = process.argv.slice(2);
await buildPackage();
console.log(`seed ${seed}`);
const child = spawn(
  process.execPath,
  [join(root, "node_modules", "vitest", "vitest.mjs"), "run", "--project", "e2e", "e2e/storm"],
  {
    cwd: packageFolder,
    stdio: ["ignore", "inherit", "inherit"],
    env: {
      ...process.env,
      SHAKEDOWN_STORM_KILLS: kills,
      SHAKEDOWN_STORM_SEED: seed,
      SHAKEDOWN_STORM_TELL: "1",
    },
  },
);
process.exitCode = await new Promise<number>((resolve) =>
  child.once("exit", (code) => resolve(code ?? 1)),
);
