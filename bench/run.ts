// `npm run bench -- <name>`: runs bench/<name>.ts; the last line printed is one JSON object with every figure.
// `--save` keeps them in bench/results/<name>.json, from which `npm run docs` makes docs/reference/benchmarks.md.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { cpus, totalmem, type } from "node:os";
import { join } from "node:path";
import { buildPackage } from "../scripts/build-package.ts";
import type { Benchmark, SavedResult } from "./saved-result.ts";

const save = process.argv.includes("--save");
const name = process.argv.slice(2).find((argument) => !argument.startsWith("--"));
const file = join(import.meta.dirname, `${name}.ts`);
if (name === undefined || !existsSync(file)) {
  console.error(`npm run bench -- <name> [--save]; there are: ${await benchmarkNames()}`);
  process.exit(2);
}

await buildPackage();
const benchmark = (await import(file)) as Benchmark;
const figures = await benchmark.run();
if (save) {
  const folder = join(import.meta.dirname, "results");
  const result: SavedResult = {
    about: benchmark.about ?? "",
    day: new Date().toISOString().slice(0, 10),
    machine: machine(),
    labels: benchmark.labels ?? {},
    figures,
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(result, null, 2)}\n`);
}
console.log(JSON.stringify(figures));

function machine(): string {
  const cores = cpus();
  const model = cores[0]?.model.trim() ?? "unknown processor";
  return `${cores.length} cores (${model}), ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()}, Node ${process.versions.node}`;
}

async function benchmarkNames(): Promise<string> {
  const names: string[] = [];
  for (const entry of readdirSync(import.meta.dirname).filter(
    (each) => each.endsWith(".ts") && each !== "run.ts",
  )) {
    const module = (await import(join(import.meta.dirname, entry))) as Partial<Benchmark>;
    if (typeof module.run === "function") names.push(entry.replace(/\.ts$/, ""));
  }
  return names.join(", ");
}
