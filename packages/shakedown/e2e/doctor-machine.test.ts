import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { missingCommand, need, onlyWhere } from "../service/need.ts";
import type { CheckResult } from "../src/doctor/check.ts";
import { type CliProject, makeCliProject, webServer, webStack } from "./cli-project.ts";

/** A name space of mounts of our own needs root. */
const missing = missingCommand(["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]);

interface Examined {
  readonly code: number;
  named(name: string, of?: string): CheckResult | undefined;
}

/** `doctor --quick` after some lines of shell that make this a worse machine, for this command only. */
async function examine(project: CliProject, worse: string, env = {}): Promise<Examined> {
  const cli = join(project.folder, "node_modules/shakedown/bin/shakedown.js");
  const script = `${worse}\nexec "$NODE" "$CLI" doctor --quick --json`;
  const { code, out } = await new Promise<{ code: number; out: string }>((resolve) => {
    execFile(
      "/bin/sh",
      ["-ec", script],
      { cwd: project.folder, env: { ...process.env, NODE: process.execPath, CLI: cli, ...env } },
      (error, out) => resolve({ code: Number(error?.code ?? 0), out }),
    );
  });
  const { results } = JSON.parse(out) as { readonly results: readonly CheckResult[] };
  const named = (name: string, of = ""): CheckResult | undefined =>
    results.find((each) => each.name === name && each.seen.includes(of));
  return { code, named };
}

const withDisk = (options: string): string => `
  exec unshare -m /bin/sh -ec '
    mount -t tmpfs -o ${options} tmpfs disk
    cp server.mjs shakedown.stack.ts package.json disk
    cd disk
    exec "$NODE" "$CLI" doctor --quick --json
  '`;

describe("shakedown doctor on a machine that has not enough", () => {
  const files = { "server.mjs": webServer, "shakedown.stack.ts": webStack };

  test.for([
    ["nearly full", "size=64m", /^\d\d MB, .*free for the project/],
    ["without inodes", "size=2g,nr_inodes=300", /\b2\d\d inodes free for the project/],
  ] as const)(
    "a disk that is %s keeps a stack from working",
    async ([, options, seen], context) => {
      onlyWhere(context, process.getuid?.() === 0, "for root");
      need(context, missing);
      await using project = await makeCliProject(files);
      await mkdir(join(project.folder, "disk"));
      const { code, named } = await examine(project, withDisk(options));
      expect(code).toBe(3);
      expect(named("disk", "the project")).toMatchObject({
        state: "failed",
        seen: expect.stringMatching(seen) as unknown,
        needed: "512 MB and 20,000 inodes",
        remedy: expect.stringContaining("shakedown down --purge") as unknown,
      });
    },
  );

  test("a memory folder that is small is no mistake, and told with how to make it larger", async (context) => {
    onlyWhere(context, process.getuid?.() === 0, "for root");
    need(context, missing);
    await using project = await makeCliProject(files);
    const { code, named } = await examine(
      project,
      `exec unshare -m /bin/sh -ec '
        mount -t tmpfs -o size=64m tmpfs /dev/shm
        exec "$NODE" "$CLI" doctor --quick --json
      '`,
    );
    expect(code).toBe(0);
    expect(named("data in memory")).toMatchObject({
      state: "advice",
      seen: "64 MB free in /dev/shm: data is on the disk",
      remedy: expect.stringContaining("--shm-size=1g") as unknown,
    });
  });

  test("a limit of processes that a run would meet fails", async (context) => {
    need(context, missingCommand(["prlimit", "--version"]));
    await using project = await makeCliProject(files);
    const { code, named } = await examine(
      project,
      `exec prlimit --nproc=200 "$NODE" "$CLI" doctor --quick --json`,
    );
    expect(code).toBe(3);
    expect(named("processes")).toMatchObject({
      state: "failed",
      seen: "at most 200",
      remedy: expect.stringContaining("ulimit -u 2048") as unknown,
    });
  });

  test("a clock that is not the disk's is told", async () => {
    await using project = await makeCliProject(files);
    const later = join(project.folder, "later.mjs");
    await writeFile(later, `const now = Date.now; Date.now = () => now() + 3_600_000;`);
    const { code, named } = await examine(project, "true", {
      NODE_OPTIONS: `--import=${pathToFileURL(later).href}`,
    });
    expect(code).toBe(0);
    expect(named("clock")).toMatchObject({
      state: "advice",
      seen: expect.stringMatching(/files get a time -\d{7} ms away/) as unknown,
    });
  });
});
