import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { packLayout } from "../../src/engines/postgres/server/pack-layout.ts";
import { openPack, writePack } from "../../src/providers/data-pack.ts";

const facts = { controlPassword: "p", databases: { postgres: "base/5", shop: "base/9" } };

async function withFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "shakedown-pack-"));
  try {
    const control = Buffer.alloc(8192);
    control.writeBigUInt64LE(0x1_0020_0028n, 32);
    control.writeBigUInt64LE(0x1_0020_0028n, 40);
    control.writeUInt32LE(1, 48);
    const files: Record<string, string | Buffer> = {
      "global/pg_control": control,
      "base/5/1": "same".repeat(5000),
      "base/9/1": "same".repeat(5000),
      "base/9/2": "",
      "base/9/1_fsm": "gone",
      "pg_wal/000000010000000100000002": "needed",
      "pg_wal/000000010000000100000003": "later",
      "postmaster.pid": "1",
    };
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, "from", path)), { recursive: true });
      await writeFile(join(folder, "from", path), content);
    }
    await mkdir(join(folder, "from/pg_notify"));
    await run(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test("a pack gives back what a start needs, first what it needs at once", async () => {
  await withFolder(async (folder) => {
    const file = join(folder, "pack");
    writePack(file, join(folder, "from"), { facts, layout: packLayout });
    expect((await stat(file)).size).toBeLessThan(20_000 + 8192 + 2000);
    using pack = openPack(file, packLayout);
    expect(pack?.facts).toEqual(facts);
    const to = join(folder, "to");
    pack?.writeFirst(to);
    expect(existsSync(join(to, "base/9/1"))).toBe(false);
    expect(existsSync(join(to, "pg_notify"))).toBe(true);
    expect(existsSync(join(to, "postmaster.pid"))).toBe(false);
    pack?.writeRest(to);
    expect(await readFile(join(to, "base/9/1"), "utf8")).toBe("same".repeat(5000));
    expect(await readFile(join(to, "base/9/2"), "utf8")).toBe("");
    expect(existsSync(join(to, "base/9/1_fsm"))).toBe(false);
    expect(await readFile(join(to, "pg_wal/000000010000000100000002"), "utf8")).toBe("needed");
    expect(existsSync(join(to, "pg_wal/000000010000000100000003"))).toBe(false);
  });
});

test("a pack that is not whole is none", async () => {
  await withFolder(async (folder) => {
    writePack(join(folder, "pack"), join(folder, "from"), { facts, layout: packLayout });
    const bytes = await readFile(join(folder, "pack"));
    const broken = join(folder, "broken");
    for (const length of [0, 4, 8, 100, bytes.length - 1]) {
      await writeFile(broken, bytes.subarray(0, length));
      expect(openPack(broken, packLayout)).toBeUndefined();
    }
    for (const at of [9, bytes.length - 40, bytes.length - 1]) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      await writeFile(broken, changed);
      expect(openPack(broken, packLayout)).toBeUndefined();
    }
  });
});
