import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { until } from "../src/kit/until.ts";
import { type CliProject, type Ended, makeCliProject, testFile } from "./cli-project.ts";
import { openCensus } from "./storm-census.ts";
import { missingCommand, need, onlyWhere } from "../service/need.ts";

/** A name space of mounts of our own needs root. */
const missing = missingCommand(["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]);

const files = {
  "db/001.sql": "create table cameras (id int primary key, name text)",
  "shakedown.stack.ts": `
import { defineStack } from "shakedown";
import { postgres } from "shakedown/postgres";
export default defineStack({ db: postgres({ migrate: "db" }) });
`,
  "a.test.ts": testFile(`
test("fills the disk", { timeout: 60_000 }, async ({ db }) => {
  await db.sql\`select 1\`;
  if (process.env.FULL_AT !== "test") return;
  for (let turn = 0; turn < 200; turn += 1)
    await db.sql\`insert into cameras select \${turn * 1000}::int + n, repeat('x', 2000) from generate_series(1, 1000) as n\`;
});`),
};

interface Disk {
  /** Of the one small disk that data and caches are on. */
  readonly mb: number;
  readonly full: boolean;
  /** Where it is mounted. */
  readonly at: "cache" | ".shakedown";
  readonly env?: Readonly<Record<string, string>>;
}

/** The command with a small disk, and no memory folder that is large enough for data. */
async function onDisk(project: CliProject, { mb, full, at, env = {} }: Disk): Promise<Ended> {
  const disk = join(project.folder, at);
  await mkdir(disk, { recursive: true });
  const cli = join(project.folder, "node_modules/shakedown/dist/cli/main.js");
  const script = [
    `mount -t tmpfs -o size=100m tmpfs /dev/shm`,
    `mount -t tmpfs -o size=${mb}m tmpfs "$DISK"`,
    full ? `dd if=/dev/zero of="$DISK/ballast" bs=4k 2>/dev/null || true` : "true",
    `exec "$NODE" "$CLI" run`,
  ].join("\n");
  const child = spawn("unshare", ["-m", "sh", "-ec", script], {
    cwd: project.folder,
    env: {
      PATH: process.env["PATH"],
      HOME: process.env["HOME"],
      NO_COLOR: "1",
      DISK: disk,
      NODE: process.execPath,
      CLI: cli,
      ...(at === "cache" ? { XDG_CACHE_HOME: disk } : {}),
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  const code = await new Promise<number | null>((resolve) => child.once("exit", resolve));
  return { code, out, err };
}

test("a full disk is named, wherever it is met, and nothing stays", async (context) => {
  onlyWhere(context, process.getuid?.() === 0, "for root");
  need(context, missing);
  await using project = await makeCliProject(files);
  const census = await openCensus(project.folder);
  const nothing = () =>
    until(async () => (await census.leftovers()).length === 0, { timeoutMs: 3000, everyMs: 20 });

  const atStart = await onDisk(project, { mb: 2, full: true, at: "cache" });
  expect(atStart.code).toBe(3);
  expect(atStart.err).toContain("the supervisor could not start: ENOSPC: no space left on device");
  await nothing();

  const inState = await onDisk(project, { mb: 1, full: true, at: ".shakedown" });
  expect(inState.code).toBe(3);
  expect(inState.err).toContain("ENOSPC: no space left on device");
  await nothing();

  const whileMade = await onDisk(project, { mb: 20, full: false, at: "cache" });
  expect(whileMade.code).toBe(3);
  expect(whileMade.out + whileMade.err).toMatch(/no space left on device/i);
  await nothing();

  const inTest = await onDisk(project, {
    mb: 150,
    full: false,
    at: "cache",
    env: { FULL_AT: "test" },
  });
  expect(inTest.code).toBe(1);
  // The server itself may have gone down with it; its log says why.
  expect(inTest.out + inTest.err).toMatch(/no space left on device/i);
  await nothing();

  expect(await onDisk(project, { mb: 400, full: false, at: "cache" })).toMatchObject({ code: 0 });
  await nothing();
});
