import { spawn } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { until } from "../../src/kit/until.ts";
import { openProcesses } from "../../src/process/open-processes.ts";
import { markedProcesses } from "./marked-processes.ts";

const folder = mkdtempSync(join(tmpdir(), "shakedown-leash-"));
const standIn = new URL("supervisor-stand-in.ts", import.meta.url).pathname;
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const kills = 30;
const seed = Number(process.env["SHAKEDOWN_TEST_SEED"] ?? randomInt(1_000_000));

test(
  `a supervisor killed at ${kills} random moments leaves no process and no folder (seed ${seed})`,
  { timeout: 120_000 },
  async () => {
    const random = mulberry(seed);
    for (let kill = 0; kill < kills; kill += 1) {
      const cookie = randomBytes(8).toString("hex");
      const supervisor = spawn(process.execPath, [standIn, cookie, folder], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      // Up to the first output it still loads; after that a kill meets starts in every state.
      await once(supervisor.stdout, "data");
      await pause(random() * 40);
      supervisor.kill("SIGKILL");
      await once(supervisor, "exit");
      await until(() => markedProcesses(cookie).length === 0, {
        what: `kill ${kill} with seed ${seed} leaves no process`,
        timeoutMs: 5000,
        everyMs: 20,
      }).catch((error: unknown) => {
        throw new Error(markedProcesses(cookie).join("\n"), { cause: error });
      });
      // A folder made in the instant of death, before the leash knew of it, is the sweep's at the next start.
      expect(readdirSync(folder).length).toBeLessThanOrEqual(1);
      for (const left of readdirSync(folder)) rmSync(join(folder, left), { recursive: true });
    }
  },
);

test("a watcher that is killed is replaced, and the new one knows what the old one held", async () => {
  const cookie = randomBytes(8).toString("hex");
  const notes: string[] = [];
  const held = mkdtempSync(join(folder, "held-"));
  {
    await using processes = await openProcesses({ cookie, onNote: (text) => notes.push(text) });
    await processes.removeOnDeath(held);
    const [watcher] = markedProcesses(cookie);
    process.kill(Number.parseInt(watcher ?? "", 10), "SIGKILL");
    await until(() => markedProcesses(cookie).some((line) => line !== watcher), {
      what: "a new watcher runs",
    });
    await processes.removeOnDeath(mkdtempSync(join(folder, "later-")));
    expect(notes).toEqual(["the leash's watcher died; another one was started"]);
  }
  expect(markedProcesses(cookie)).toEqual([]);
  expect(readdirSync(folder)).toEqual([]);
});

function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

test("a command for the death runs before the folders go, with its arguments as they are; one taken back does not", async () => {
  const held = mkdtempSync(join(folder, "held-"));
  const proof = join(folder, "it's a proof");
  {
    await using processes = await openProcesses({ cookie: randomBytes(8).toString("hex") });
    await processes.removeOnDeath(held);
    await processes.runOnDeath(["sh", "-c", 'sleep 0.05; ls -d "$1" >"$2"', "sh", held, proof]);
    const takeBack = await processes.runOnDeath(["rm", "-f", proof]);
    takeBack();
  }
  expect(readFileSync(proof, "utf8")).toBe(`${held}\n`);
  expect(existsSync(held)).toBe(false);
  rmSync(proof);
});
