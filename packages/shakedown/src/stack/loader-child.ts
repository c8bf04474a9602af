import { renameSync, writeFileSync } from "node:fs";
import { toWireError } from "../errors/shakedown-error.ts";
import type { GivenEnvironment, LoaderAnswer } from "./evaluate-stack.ts";
import { recordModules } from "./record-modules.ts";

// What this process prints is the user's: the answer goes into the file that the parent names.
const [, , stackFile = "", answerFile = "", givenText = "{}"] = process.argv;

// The shell that started this process and the leash that holds it have added variables of their own, new ones each time.
const given = JSON.parse(givenText) as GivenEnvironment;
for (const name of Object.keys(process.env))
  if (!given.names.includes(name)) delete process.env[name];
if (given.PWD !== undefined) process.env["PWD"] = given.PWD;

// Vite's runner switches them on while it runs, and stack traces are read after that.
process.setSourceMapsEnabled(true);

// Before anything else is imported, so that the rest of this package is noted too.
const loadedModules = recordModules();
const { evaluateStack } = await import("./evaluate-stack.ts");
const { unreadableStackError } = await import("./unreadable-stack.ts");

// A promise that nobody waits for may fail beside the evaluation.
process.on("uncaughtException", (error) => {
  finish({ kind: "error", error: toWireError(unreadableStackError(error, stackFile)) });
});

finish(await evaluateStack(stackFile, loadedModules, process));

function finish(answer: LoaderAnswer): never {
  const draft = `${answerFile}.draft`;
  writeFileSync(draft, JSON.stringify(answer));
  renameSync(draft, answerFile);
  // A stack file may have left timers and sockets open.
  process.exit(0);
}
