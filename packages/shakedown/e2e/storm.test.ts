import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { expect, test } from "vitest";
import { until } from "../src/kit/until.ts";
import { placesOf } from "../src/supervisor/places.ts";
import { type CliProject, makeCliProject, testFile, webServer } from "./cli-project.ts";

// Longer: SHAKEDOWN_STORM_KILLS=60. The same again: SHAKEDOWN_STORM_SEED=<the number that a failure tells>.
const kills = Number(process.env["SHAKEDOWN_STORM_KILLS"] ?? 8);
const seed = Number(process.env["SHAKEDOWN_STORM_SEED"] ?? Date.now() % 1_000_000);

const files = {
  "server.mjs": webServer,
  "db/001.sql": "create table cameras (id int primary key); insert into cameras values (1);",
  "shakedown.stack.ts": `
import { defineStack } from "shakedown";
import { command, logLine } from "shakedown/command";
import { postgres } from "shakedown/postgres";
export default defineStack({
  db: postgres({ migrate: "db" }),
  api: command({ run: ["node", "server.mjs"], env: ({ db }) => ({ DATABASE_URL: db.url }), ready: logLine(/listening on (?<url>http:\\S+)/) }),
});
`,
  "a.test.ts": testFile(`
for (let turn = 0; turn < 40; turn += 1) {
  test("writes " + turn, async ({ db, api, expect }) => {
    expect(await db.sql\`select id from cameras\`).toEqual([{ id: 1 }]);
    await db.sql\`insert into cameras values (2)\`;
    await api.get("/" + turn);
  });
}`),
};

const victims = {
  runner: /dist\/cli\/main\.js run/,
  worker: /vitest\/dist\/workers\//,
  supervisor: /supervisor\/main\.js/,
  watcher: /^shakedown-leash|eval "\$leash"/,
  postmaster: /postgres .*-D /,
  backend: /^postgres: .*(db_test|shakedown)/,
  service: /node server\.mjs|node\0server\.mjs/,
  "watcher, then supervisor": /eval "\$leash"/,
} as const;

test(
  `whatever is killed, whenever: nothing stays, and the next run is right (seed ${seed})`,
  { timeout: 60_000 + kills * 15_000 },
  async () => {
    await using project = await makeCliProject(files);
    const random = randomNumbers(seed);
    expect(await project.shakedown(["run"])).toMatchObject({ code: 0 });
    for (let kill = 1; kill <= kills; kill += 1) {
      const names = Object.keys(victims) as (keyof typeof victims)[];
      const name = names[Math.floor(random() * names.length)] ?? "runner";
      const afterMs = Math.floor(random() * 900);
      const what = `kill ${kill} of seed ${seed}: ${name} after ${afterMs} ms`;
      const run = project.start(["run"]);
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      const hit = killAll(project, name);
      const { code, out } = await run.ended;
      // With both of them dead nobody is left who could tidy up: the next command does it.
      if (hit === 2) expect(await project.shakedown(["run"])).toMatchObject({ code: 0 });
      if (hit === 0) expect(code, `${what}\n${out}`).toBe(0);
      await until(() => leftovers(project).length === 0, {
        what: `nothing to stay: ${what}`,
        timeoutMs: 3000,
      }).catch((error: unknown) => {
        throw new Error(`${what} (${hit} killed) left:\n${leftovers(project).join("\n")}`, {
          cause: error,
        });
      });
    }
    expect(await project.shakedown(["run"])).toMatchObject({ code: 0 });
  },
);

function killAll(project: CliProject, name: keyof typeof victims): number {
  const found = ours(project).filter(({ command }) => victims[name].test(command));
  const [first] = found;
  if (first === undefined) return 0;
  const after = name.startsWith("watcher, ")
    ? ours(project).filter(({ command }) => victims.supervisor.test(command))
    : [];
  let hit = 0;
  for (const { pid } of [first, ...after]) {
    try {
      process.kill(pid, "SIGKILL");
      hit += 1;
    } catch {
      // It ended by itself in this moment.
    }
  }
  return hit;
}

/** The project's processes: by folder, by what they name, and by their parents. */
function ours({ folder }: CliProject): { pid: number; command: string }[] {
  const { key } = placesOf(`${folder}/shakedown.stack.ts`);
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => {
      try {
        const command = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ").trim();
        const status = readFileSync(`/proc/${name}/stat`, "utf8");
        const [state, parent] = status.slice(status.lastIndexOf(")") + 2).split(" ");
        if (state === "Z") return [];
        const place = readlinkSync(`/proc/${name}/cwd`);
        const isOwn =
          place.startsWith(folder) ||
          place.includes(`/${key}-`) ||
          command.includes(folder) ||
          command.includes(`/${key}-`);
        return [{ pid: Number(name), parent: Number(parent), command, isOwn }];
      } catch {
        return []; // gone since it was listed
      }
    });
  const pids = new Set(all.filter(({ isOwn }) => isOwn).map(({ pid }) => pid));
  for (let before = -1; before < pids.size;) {
    before = pids.size;
    for (const { pid, parent } of all) if (pids.has(parent)) pids.add(pid);
  }
  return all.filter(({ pid }) => pids.has(pid));
}

function leftovers(project: CliProject): string[] {
  const { key } = placesOf(`${project.folder}/shakedown.stack.ts`);
  const user = process.getuid?.() ?? 0;
  const named = (folder: string): string[] => {
    try {
      return readdirSync(folder).flatMap((name) => {
        if (name.startsWith(key)) return [`${folder}/${name}`];
        return [];
      });
    } catch {
      return []; // no such folder
    }
  };
  const sockets = `/tmp/shakedown-${user}`;
  return [
    ...ours(project).map(({ pid, command }) => `process ${pid}: ${command}`),
    ...named(`/dev/shm/shakedown-${user}`),
    ...readdirSync(sockets).flatMap((name) => named(`${sockets}/${name}`)),
  ];
}

/** Mulberry32: small, and the same everywhere. */
function randomNumbers(from: number): () => number {
  let state = from;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}
