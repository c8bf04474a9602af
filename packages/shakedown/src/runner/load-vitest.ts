import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { createCLI, parseCLI, startVitest } from "vitest/node";
import { ShakedownError } from "../errors/shakedown-error.ts";

export interface VitestNode {
  readonly version: string;
  readonly createCLI: typeof createCLI;
  readonly parseCLI: typeof parseCLI;
  readonly startVitest: typeof startVitest;
}

const oldestMajor = 5;

/** The project's own Vitest, so that its version, plugins and environment are those of a plain `vitest`. */
export async function loadVitest(root: string): Promise<VitestNode> {
  let file: string;
  try {
    file = createRequire(join(root, "package.json")).resolve("vitest/node");
  } catch (cause) {
    throw new ShakedownError("DRIVER_MISSING", `vitest is not installed in ${root}`, {
      hint: "Install it: npm install --save-dev vitest",
      cause,
    });
  }
  const vitest = (await import(pathToFileURL(file).href)) as VitestNode;
  if (Number.parseInt(vitest.version, 10) < oldestMajor) {
    throw new ShakedownError(
      "DRIVER_MISSING",
      `vitest ${vitest.version} in ${root} is older than ${oldestMajor}.0, which shakedown works with`,
      {
        hint: `Install a newer one: npm install --save-dev vitest@^${oldestMajor}`,
      },
    );
  }
  return vitest;
}
