import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { redactor } from "../../src/kit/redact.ts";
import { openEventLog } from "../../src/runner/event-log.ts";

async function logFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "shakedown-log-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return join(folder, "events.jsonl");
}

test("each event is a line of the file at once, without secrets", async () => {
  const file = await logFile();
  using log = openEventLog(file, redactor(["hunter22"]));
  log.say({ type: "run:finding", message: "pw hunter22", atEpochMs: 1 });
  expect(JSON.parse(await readFile(file, "utf8"))).toMatchObject({ message: "pw ***" });
  expect(log.events).toEqual([{ type: "run:finding", message: "pw ***", atEpochMs: 1 }]);
});

test("what turns out to be secret later is taken out of what was said before", async () => {
  const file = await logFile();
  const redact = redactor();
  using log = openEventLog(file, redact);
  log.say({ type: "run:finding", message: "pw hunter22", atEpochMs: 1 });
  log.say({ type: "run:finding", message: "fine", atEpochMs: 2 });
  redact.add(["hunter22"]);
  log.clean();
  expect(await readFile(file, "utf8")).not.toContain("hunter22");
  expect(log.events.map((event) => "message" in event && event.message)).toEqual([
    "pw ***",
    "fine",
  ]);
});
