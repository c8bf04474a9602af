import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, readlinkSync } from "node:fs";
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { until } from "../src/kit/until.ts";

const packageFolder = fileURLToPath(new URL("..", import.meta.url));
const cli = join(packageFolder, "dist", "cli", "main.js");

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Running {
  readonly child: ChildProcess;
  /** Waits until standard output and error together hold a text. */
  sees(text: string): Promise<void>;
  /** What it has printed so far. */
  text(): string;
  readonly ended: Promise<Ended>;
}

export interface CallOptions {
  /** Relative to the project. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Makes it the leader of a process group, as a shell does. */
  readonly detached?: boolean;
}

/** A project of somebody else's, with the built package in its node_modules. */
export interface CliProject extends AsyncDisposable {
  readonly folder: string;
  write(files: Readonly<Record<string, string>>): Promise<void>;
  shakedown(args: readonly string[], options?: CallOptions): Promise<Ended>;
  start(args: readonly string[], options?: CallOptions): Running;
  /** Processes that run in the project's folder or name it. */
  processes(): readonly string[];
}

export async function makeCliProject(
  files: Readonly<Record<string, string>>,
  { vitest = true, pg = false }: { readonly vitest?: boolean; readonly pg?: boolean } = {},
): Promise<CliProject> {
  if (!existsSync(cli)) throw new Error(`${cli} is missing: npm run build --workspace shakedown`);
  const folder = await realpath(await mkdtemp(join(tmpdir(), "shakedown cli é-")));
  await mkdir(join(folder, "node_modules"));
  await symlink(packageFolder, join(folder, "node_modules", "shakedown"));
  for (const name of ["vite", ...(vitest ? ["vitest"] : []), ...(pg ? ["pg"] : [])]) {
    await symlink(installedFolder(name), join(folder, "node_modules", name));
  }
  const running = new Set<ChildProcess>();
  const project: CliProject = {
    folder,
    async write(more) {
      for (const [name, text] of Object.entries(more)) {
        await mkdir(dirname(join(folder, name)), { recursive: true });
        await writeFile(join(folder, name), text);
      }
    },
    shakedown: (args, options) => project.start(args, options).ended,
    start(args, { cwd = "", env = {}, detached = false } = {}) {
      const child = spawn(process.execPath, [cli, ...args], {
        cwd: join(folder, cwd),
        env: { ...cleanEnvironment(), ...env },
        stdio: ["ignore", "pipe", "pipe"],
        detached,
      });
      running.add(child);
      return watch(child, () => running.delete(child));
    },
    processes: () => processesIn(folder),
    async [Symbol.asyncDispose]() {
      for (const child of running) child.kill("SIGKILL");
      for (const stack of readdirSync(folder).filter((name) => name.includes(".stack."))) {
        await project.shakedown(["down", "--stack", stack]);
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
  await project.write({ "package.json": `{ "type": "module", "private": true }`, ...files });
  return project;
}

/** Output without what differs from run to run: paths, ports, numbers of processes, times, ids of runs. */
export function normalised(text: string, { folder }: Pick<CliProject, "folder">): string {
  return text
    .replaceAll(folder, "<project>")
    .replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1:<port>")
    .replaceAll(/\b(pid|process) \d+/g, "$1 <pid>")
    .replaceAll(/\d{4}-\d\d-\d\d-\d{4}-[0-9a-f]{4}/g, "<run>")
    .replaceAll(/\d\d:\d\d:\d\d\.\d{3}/g, "<time>")
    .replaceAll(/\d+(\.\d+)? (ms|s)\b/g, "<n> ms")
    .replaceAll(/\b(tries) +\d+/g, "$1 <n>")
    .replaceAll(/\d+ MB/g, "<n> MB")
    .replaceAll(/\(\d\d:\d\d\)/g, "(<time>)")
    .replaceAll(/(pid <pid> of) \w+/g, "$1 <user>");
}

/** A web server of a few lines that says when it is ready and what it is asked. */
export const webServer = `
import { createServer } from "node:http";
const server = createServer((request, response) => {
  console.log("asked for", request.url);
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ url: request.url }));
});
server.listen(0, "127.0.0.1", () => console.log("listening on http://127.0.0.1:" + server.address().port));
`;

/** One server for all, and one for each worker. */
export const webStack = `
import { defineStack } from "shakedown";
import { command, logLine } from "shakedown/command";
const ready = logLine(/listening on (?<url>http:\\S+)/);
export default defineStack({
  clock: command({ per: "run", run: ["node", "server.mjs"], ready }),
  api: command({ run: ["node", "server.mjs"], env: ({ clock }) => ({ CLOCK_URL: clock.url }), ready }),
});
`;

export function testFile(body: string): string {
  return `
import { stackTest } from "shakedown/vitest";
import { writeFileSync } from "node:fs";
import stack from "./shakedown.stack.ts";
const test = stackTest(stack);
${body}
`;
}

/** A process that is told to go is gone a moment later. */
export async function nothingStays(project: CliProject): Promise<void> {
  await until(() => project.processes().length === 0, { what: "no process left" });
}

/** What the newest run said. */
export async function eventsOf(project: CliProject): Promise<{ readonly type: string }[]> {
  const runs = join(project.folder, ".shakedown", "runs");
  const newest = await Promise.all(
    (await readdir(runs)).map(async (name) => ({
      name,
      at: (await stat(join(runs, name))).mtimeMs,
    })),
  );
  const name = newest.toSorted((left, right) => right.at - left.at)[0]?.name ?? "";
  const text = await readFile(join(runs, name, "events.jsonl"), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { type: string });
}

function watch(child: ChildProcess, onEnd: () => void): Running {
  let out = "";
  let err = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (err += text));
  const ended = new Promise<Ended>((resolve) => {
    child.once("close", (code) => {
      onEnd();
      resolve({ code, out, err });
    });
  });
  return {
    child,
    ended,
    text: () => out + err,
    async sees(text) {
      await until(() => out.includes(text) || err.includes(text), {
        what: `"${text}" in the output:\n${out}${err}`,
        timeoutMs: 30_000,
        everyMs: 20,
      });
    },
  };
}

/** What these tests run under must not show: colours, CI, an outer Vitest, an outer session. */
function cleanEnvironment(): Record<string, string> {
  const outer =
    /^(CI|NO_COLOR|FORCE_COLOR|NODE_OPTIONS|NODE_ENV|TEST|DEV|PROD|MODE|BASE_URL|SSR|VITE\w*|VITEST\w*|SHAKEDOWN_\w+|npm_\w+)$/;
  const entries = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !outer.test(entry[0]),
  );
  return { ...Object.fromEntries(entries), NO_COLOR: "1" };
}

function installedFolder(name: string): string {
  return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
}

function processesIn(folder: string): string[] {
  if (!existsSync("/proc/self")) return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const place = readlinkSync(`/proc/${pid}/cwd`);
        return place === folder || place.startsWith(`${folder}/`) ? [`${pid} in ${place}`] : [];
      } catch {
        // Gone since it was listed, or another user's.
        return [];
      }
    });
}
