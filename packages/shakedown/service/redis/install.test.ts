import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { unpackDebianPackages } from "../../src/providers/debian-packages.ts";
import { installRedis } from "../../src/providers/install-redis.ts";
import { redisVersion } from "../../src/providers/redis-programs.ts";
import { onlyWhere } from "../need.ts";

const isDebian = existsSync("/etc/debian_version");
const environment = process.env as Record<string, string>;
let cacheFolder: string;
beforeEach(async () => {
  cacheFolder = await mkdtemp(join(tmpdir(), "shakedown-install "));
});
afterEach(() => rm(cacheFolder, { recursive: true, force: true }));

const packages = () => ({
  packages: ["redis-server", "redis-tools"],
  program: "usr/bin/redis-server",
  version: redisVersion,
  cacheFolder,
  environment,
  onProgress: () => undefined,
});

test("two at once unpack one program, which runs with the libraries that came with it", async (context) => {
  onlyWhere(context, isDebian, "on Debian and its kin");
  const [one, two] = await Promise.all([
    unpackDebianPackages(packages()),
    unpackDebianPackages(packages()),
  ]);
  expect(two).toEqual(one);
  expect(await readdir(join(cacheFolder, "unpacked"))).toEqual([`redis-server-${one.version}`]);
  const shown = execFileSync(one.program, ["--version"], {
    encoding: "utf8",
    env: { LD_LIBRARY_PATH: one.libraryPath },
  });
  expect(shown).toContain(`v=${one.version}`);
});

test("a package that nobody knows leaves nothing behind", async (context) => {
  onlyWhere(context, isDebian, "on Debian and its kin");
  const unknown = { ...packages(), packages: ["no-such-package"] };
  await expect(unpackDebianPackages(unknown)).rejects.toMatchObject({
    code: "INSTALL_UNSUPPORTED",
    message: expect.stringContaining("no-such-package was not unpacked"),
    hint: expect.stringContaining("apt-get update"),
  });
  expect(await readdir(join(cacheFolder, "unpacked"))).toEqual([]);
});

test("a dry run says what it would do, and does nothing", async () => {
  const result = await installRedis({ environment, cacheFolder, dryRun: true }).catch(
    (error: { code: string }) => error.code,
  );
  expect([
    "INSTALL_UNSUPPORTED",
    expect.objectContaining({ outcome: expect.stringMatching(/planned|present/) }),
  ]).toContainEqual(result);
  expect(await readdir(cacheFolder)).toEqual([]);
});

test("an install that was broken off goes on with what it had; a file that is not what the index says is loaded again", async (context) => {
  onlyWhere(context, isDebian, "on Debian and its kin");
  const steps: string[] = [];
  const onProgress = (step: string) => void steps.push(step);
  await unpackDebianPackages({ ...packages(), onProgress });
  expect(steps.filter((step) => step.startsWith("apt-get download")).length).toBeGreaterThan(0);
  await rm(join(cacheFolder, "unpacked"), { recursive: true });
  const [kept = ""] = (await readdir(join(cacheFolder, "packages"))).filter((name) =>
    name.startsWith("redis-server_"),
  );
  await writeFile(join(cacheFolder, "packages", kept), "half of it");
  steps.length = 0;
  await unpackDebianPackages({ ...packages(), onProgress });
  expect(steps).toEqual([
    expect.stringMatching(/^apt-get download redis-server \([\d.]+ MB\)$/),
    expect.stringMatching(/^redis-server: ([\d.]+) of \1 MB$/),
  ]);
});
