import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeFolders } from "../../src/providers/folders.ts";
import { onlyWhere } from "../../service/need.ts";

let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sd-"));
});

afterEach(() => rm(folder, { recursive: true }));

test("sockets lie in a private folder, the same for one stack file, another for the next", async () => {
  const environment = { HOME: folder, TMPDIR: folder };
  const [one, again, other] = await Promise.all(
    ["/a/s.ts", "/a/s.ts", "/b/s.ts"].map((stackFile) => makeFolders({ stackFile, environment })),
  );
  expect(one?.sockets).toBe(again?.sockets);
  expect(one?.sockets).not.toBe(other?.sockets);
  expect((await stat(one?.sockets ?? "")).mode & 0o777).toBe(0o700);
});

test("a long temp folder and a long stack path still give a short socket folder", async () => {
  const long = join(folder, "é".repeat(60));
  await mkdir(long);
  const { sockets } = await makeFolders({
    stackFile: `/${"x".repeat(300)}.ts`,
    environment: { HOME: folder, TMPDIR: long },
  });
  expect(Buffer.byteLength(sockets)).toBeLessThanOrEqual(66);
  await rm(sockets, { recursive: true });
});

test("a private runtime folder is preferred, an open one is not trusted", async () => {
  const runtime = join(folder, "run");
  await mkdir(runtime, { mode: 0o700 });
  const environment = { HOME: folder, TMPDIR: folder, XDG_RUNTIME_DIR: runtime };
  expect((await makeFolders({ stackFile: "/s.ts", environment })).sockets).toContain(runtime);
  await chmod(runtime, 0o755);
  expect((await makeFolders({ stackFile: "/s.ts", environment })).sockets).not.toContain(runtime);
});

test("the cache follows XDG, and falls back to the temp folder", async (context) => {
  onlyWhere(context, process.platform === "linux", "on Linux");
  const environment = { HOME: folder, TMPDIR: folder, XDG_CACHE_HOME: join(folder, "c") };
  expect((await makeFolders({ stackFile: "/s.ts", environment })).cache).toBe(
    join(folder, "c/shakedown"),
  );
  await writeFile(join(folder, "file"), "");
  const { cache } = await makeFolders({
    stackFile: "/s.ts",
    environment: { ...environment, XDG_CACHE_HOME: join(folder, "file") },
  });
  expect(cache).toBe(join(folder, `shakedown-cache-${process.getuid?.()}`));
});

test("a folder that is a link or somebody else's is refused", async () => {
  await writeFile(join(folder, `shakedown-${process.getuid?.()}`), "");
  await expect(
    makeFolders({ stackFile: "/s.ts", environment: { HOME: folder, TMPDIR: folder } }),
  ).rejects.toMatchObject({ code: "FOLDER_NOT_OURS" });
});

test("a home where nothing can be made costs no time, whatever the kernel answers there", async (context) => {
  onlyWhere(context, process.platform === "linux", "on Linux");
  const environment = { HOME: "/proc/nowhere/home", TMPDIR: folder };
  const { cache } = await makeFolders({ stackFile: "/s.ts", environment });
  expect(cache).toBe(join(folder, `shakedown-cache-${process.getuid?.()}`));
});
