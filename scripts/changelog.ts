// `npm run changelog`: prints what the next release will say.
// `npm run changelog -- 0.2.0`: writes it into CHANGELOG.md under that version and removes the fragments.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { changesFolder, readChanges, toEntry } from "./gather-changes.ts";
import { root } from "./places.ts";

const version = process.argv[2];
const { changes, findings } = readChanges();
if (findings.length > 0) {
  for (const { file, message } of findings) console.error(`${file}: ${message}`);
  process.exit(2);
}
const day = new Date().toISOString().slice(0, 10);
const entry = toEntry(version === undefined ? "Unreleased" : `${version} (${day})`, changes);
if (version === undefined) {
  console.log(entry);
} else {
  const file = join(root, "CHANGELOG.md");
  const [head = "", ...older] = readFileSync(file, "utf8").split(/^(?=## )/m);
  writeFileSync(file, `${head.trimEnd()}\n\n${entry}\n\n${older.join("")}`.trimEnd() + "\n");
  for (const { slug } of changes) rmSync(join(changesFolder, `${slug}.md`));
  console.log(`${changes.length} changes moved into CHANGELOG.md under ${version}`);
}
