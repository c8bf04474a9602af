import { renameSync, writeFileSync } from "node:fs";
import { recordModules } from "./record-modules.ts";

// What this process prints is the user's: the answer goes into the file that the parent names.
const [, , stackFile = "", answerFile = ""] = process.argv;

// Before anything else is imported, so that the rest of this package is noted too.
const loadedModules = recordModules();
const { evaluateStack } = await import("./evaluate-stack.ts");
const answer = await evaluateStack(stackFile, loadedModules, process);
writeFileSync(`${answerFile}.draft`, JSON.stringify(answer));
renameSync(`${answerFile}.draft`, answerFile);
// A stack file may have left timers and sockets open.
process.exit(0);
