import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import command from "../../src/engines/command/engine.ts";
import type { Engine } from "../../src/engines/engine.ts";
import mysql from "../../src/engines/mysql/engine.ts";
import postgres from "../../src/engines/postgres/engine.ts";
import redis from "../../src/engines/redis/engine.ts";
import type { ReusePart } from "../../src/engines/reuse-part.ts";
import type { JsonValue } from "../../src/errors/shakedown-error.ts";
import { planFormat, type ServicePlan, type StackPlan } from "../../src/stack/plan.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "shakedown-parts-"));
  await mkdir(join(folder, "bin"));
});
afterEach(() => rm(folder, { recursive: true }));

async function putProgram(name: string, text: string): Promise<string> {
  const file = join(folder, "bin", name);
  await writeFile(file, text, { mode: 0o755 });
  await utimes(file, 1_700_000_000, 1_700_000_000);
  return file;
}

async function partsOf(
  engine: Engine,
  options: Readonly<Record<string, JsonValue>>,
): Promise<readonly ReusePart[]> {
  const service: ServicePlan = {
    name: "it",
    engine: { name: engine.name, module: "" },
    per: "slot",
    needs: [],
    options,
  };
  const stack: StackPlan = {
    format: planFormat,
    file: join(folder, "shakedown.stack.ts"),
    root: folder,
    startTimeoutMs: 1000,
    services: [service],
  };
  const environment = { PATH: join(folder, "bin"), DOCKER_HOST: "unix:///nowhere/docker.sock" };
  return (await engine.reuseParts?.(service, stack, environment)) ?? [];
}

test.each([
  { engine: redis, programs: ["redis-server"], options: {} },
  { engine: postgres, programs: ["postgres", "initdb"], options: {} },
  { engine: mysql, programs: ["mariadbd"], options: { flavour: "mariadb" } },
  { engine: command, programs: ["my-server"], options: { run: ["my-server"], inputs: [] } },
])("$engine.name: a program that was replaced in its place is another one", async (row) => {
  const { engine, programs, options } = row;
  const [main = ""] = programs;
  for (const name of programs) await putProgram(name, "one");
  const what = `program ${join(folder, "bin", main)}`;
  const hash = async () =>
    (await partsOf(engine, options)).find((part) => part.what === what)?.hash;
  const first = await hash();
  expect(first).toBeDefined();
  expect(await hash()).toBe(first);
  await putProgram(main, "another");
  expect(await hash()).not.toBe(first);
});

test("programs count only where one of them could be taken", async () => {
  await putProgram("redis-server", "one");
  expect(await partsOf(redis, { url: "redis://127.0.0.1:1" })).toEqual([]);
  expect(await partsOf(redis, { provider: { forbid: "native" } })).toEqual([
    { what: "image redis:7-alpine", hash: "none", isOpen: true },
  ]);
});
