import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { CheckResult } from "../check.ts";

const configFiles = ["ts", "mts", "cts", "js", "mjs", "cjs"].flatMap((ending) => [
  `vitest.config.${ending}`,
  `vite.config.${ending}`,
]);

/** Vitest as the stack's folder sees it, and whether its configuration has the plugin. */
export async function examineTestRunner(root: string): Promise<CheckResult[]> {
  const area = "stack";
  const version = versionOf("vitest", root);
  if (version === undefined) {
    return [
      {
        area,
        name: "Vitest",
        state: "advice",
        seen: "not installed",
        needed: "Vitest 5, for tests in TypeScript; other languages use `shakedown exec`",
        remedy: "npm install --save-dev vitest",
      },
    ];
  }
  const isFive = Number(version.split(".")[0]) >= 5;
  const vitest: CheckResult = isFive
    ? { area, name: "Vitest", state: "ok", seen: version }
    : {
        area,
        name: "Vitest",
        state: "failed",
        seen: version,
        needed: "5 or newer",
        remedy: "npm install --save-dev vitest@5",
      };
  return [vitest, await pluginResult(root)];
}

async function pluginResult(root: string): Promise<CheckResult> {
  const name = "Vitest plugin";
  for (const file of configFiles) {
    const text = await readFile(join(root, file), "utf8").catch(() => undefined); // the next name
    if (text === undefined) continue;
    if (text.includes("vitest-plugin"))
      return { area: "stack", name, state: "ok", seen: `in ${file}` };
    return {
      area: "stack",
      name,
      state: "advice",
      seen: `${file} does not name it`,
      needed: "the plugin, unless the configuration takes it from another file",
      remedy: 'import { shakedown } from "shakedown/vitest-plugin" and plugins: [shakedown()]',
    };
  }
  return {
    area: "stack",
    name,
    state: "advice",
    seen: `no vitest.config beside the stack file`,
    needed: "one with plugins: [shakedown()]",
    remedy: "Write vitest.config.ts: export default defineConfig({ plugins: [shakedown()] })",
  };
}

function versionOf(name: string, root: string): string | undefined {
  try {
    const require = createRequire(join(root, "-"));
    return (require(`${name}/package.json`) as { readonly version: string }).version;
  } catch {
    // Not installed where the stack file is.
    return undefined;
  }
}
