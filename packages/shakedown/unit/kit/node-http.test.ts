import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

test.for([
  "../../src/cli/commands/up.ts",
  "../../src/stack/load-plan.ts",
  "../../src/supervisor/run-supervisor.ts",
  "../../src/engines/postgres/engine.ts",
  "../../src/engines/redis/engine.ts",
  "../../src/engines/command/engine.ts",
])("%s does not load undici, which would slow every start", (module) => {
  const file = fileURLToPath(new URL(module, import.meta.url));
  const script = `await import(${JSON.stringify(file)});
    console.log(process.moduleLoadList.filter((name) => name.includes("undici")).join());`;
  const loaded = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
    encoding: "utf8",
  });
  expect(loaded.trim()).toBe("");
});
