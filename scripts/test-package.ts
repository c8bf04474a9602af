// Packs the package, installs the tarball into an empty project, and uses it there as its README says.
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { buildPackage } from "./build-package.ts";
import { packageFolder, root } from "./places.ts";

await buildPackage();
// A space and a letter outside ASCII: both have broken tools that build shell lines or file URLs by hand.
const scratch = mkdtempSync(join(realpathSync(tmpdir()), "shakedown pácked-"));
const project = join(scratch, "my project");
try {
  writeProject(project, packInto(scratch));
  npm(
    [
      "install",
      "--prefer-offline",
      "--no-audit",
      "--no-fund",
      "--ignore-scripts",
      "--fetch-timeout=60000",
    ],
    project,
  );
  run("the types", [join(project, "node_modules", "typescript", "bin", "tsc"), "--noEmit"]);
  const commandLine = join(project, "node_modules", "shakedown", "dist", "cli", "main.js");
  run("the suite, on what shakedown run starts", [commandLine, "run"]);
  run("the suite again, from caches", [commandLine, "run"]);
  await nothingLeft(scratch);
  console.log("✔ nothing is left running");
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function packInto(folder: string): string {
  const answer = npm(["pack", "--json", "--pack-destination", folder], packageFolder);
  const [packed] = JSON.parse(answer.stdout) as [
    {
      readonly filename: string;
      readonly size: number;
      readonly files: readonly { readonly path: string }[];
    },
  ];
  const paths = packed.files.map(({ path }) => path);
  for (const wanted of ["README.md", "LICENSE", "dist/cli/main.js", "dist/public/index.d.ts"]) {
    if (!paths.includes(wanted)) throw new Error(`the package lacks ${wanted}`);
  }
  console.log(`✔ packed ${paths.length} files, ${Math.round(packed.size / 1024)} kB`);
  return join(folder, packed.filename);
}

function writeProject(folder: string, tarball: string): void {
  const versions = (
    JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      readonly devDependencies: Record<string, string>;
    }
  ).devDependencies;
  const files: Record<string, string> = {
    "package.json": JSON.stringify({
      private: true,
      type: "module",
      devDependencies: {
        "@types/node": versions["@types/node"],
        shakedown: `file:${tarball}`,
        typescript: versions["typescript"],
        vitest: versions["vitest"],
      },
    }),
    "tsconfig.json": JSON.stringify({
      compilerOptions: {
        target: "es2022",
        lib: ["es2024", "esnext.disposable"],
        module: "nodenext",
        strict: true,
        noEmit: true,
        allowImportingTsExtensions: true,
        types: ["node"],
      },
      include: ["*.ts", "tests"],
    }),
    "shakedown.stack.ts": `import { defineStack } from "shakedown";
import { postgres } from "shakedown/postgres";

export default defineStack({
  db: postgres({ migrate: "migrations" }),
});
`,
    "vitest.config.ts": `import { shakedown } from "shakedown/vitest-plugin";
import { defineConfig } from "vitest/config";

export default defineConfig({ plugins: [shakedown()] });
`,
    "migrations/1_notes.sql": `create table notes (id serial primary key, text text not null);
insert into notes (text) values ('kept');
`,
    "tests/notes.test.ts": `import { stackTest } from "shakedown/vitest";
import stack from "../shakedown.stack.ts";

const test = stackTest(stack);

for (const round of [1, 2, 3]) {
  test(\`round \${round} sees the baseline and no other round\`, async ({ db, expect }) => {
    const before = await db.sql\`select id, text from notes order by id\`;
    expect(before).toEqual([{ id: 1, text: "kept" }]);
    await db.sql\`insert into notes (text) values (\${"round " + round})\`;
    await db.sql\`delete from notes where id = 1\`;
    expect(await db.sql\`select id from notes\`).toEqual([{ id: 2 }]);
  });
}
`,
  };
  for (const [name, text] of Object.entries(files)) {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

function npm(args: readonly string[], cwd: string): SpawnSyncReturns<string> {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) =>
        !/^npm_(config_(local_prefix|ignore_scripts|workspace)|package_|lifecycle_)/i.test(name),
    ),
  );
  const answer = spawnSync("npm", args, {
    cwd,
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (answer.status !== 0)
    throw new Error(
      `npm ${args.join(" ")} ended with exit status ${answer.status}\n${answer.stdout}`,
    );
  return answer;
}

function run(what: string, args: readonly string[]): void {
  const startedMs = performance.now();
  const answer = spawnSync(process.execPath, args, {
    cwd: project,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (answer.status !== 0)
    throw new Error(`${what}: exit status ${answer.status}\n${answer.stdout}${answer.stderr}`);
  console.log(`✔ ${what} (${((performance.now() - startedMs) / 1000).toFixed(1)} s)`);
}

/** The supervisor ends by itself, soon after the last session. */
async function nothingLeft(folder: string): Promise<void> {
  const deadlineMs = performance.now() + 10_000;
  while (processesWith(folder).length > 0) {
    if (performance.now() > deadlineMs)
      throw new Error(`left running:\n${processesWith(folder).join("\n")}`);
    await sleep(100);
  }
}

/** Processes whose command line, environment or working folder names the folder. */
function processesWith(folder: string): string[] {
  if (!existsSync("/proc/self/cmdline")) return [];
  return readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid)
    .filter(
      (pid) =>
        readProc(pid, "cmdline").includes(folder) ||
        readProc(pid, "environ").includes(`${folder}/`),
    )
    .map((pid) => `${pid} ${readProc(pid, "cmdline").replaceAll("\0", " ").trim()}`);
}

function readProc(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return ""; // it ended meanwhile, or belongs to another user
  }
}
