import { rm } from "node:fs/promises";
import type { LeftNote } from "./left-note.ts";
import { looksAfterDeathMs, removeOwned } from "./sweep-containers.ts";

// Run by the leash's watcher once the supervisor is dead: `node remove-owned.js <note as JSON> <the note's file>`.
const [note = "", file = ""] = process.argv.slice(2);
const { owner, endpoint } = JSON.parse(note) as LeftNote;
await removeOwned(endpoint, owner, looksAfterDeathMs);
await rm(file, { force: true });
process.exit(0);
