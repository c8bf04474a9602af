import { createHash, type Hash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { ContainerPlan } from "./options.ts";

/** More files than this are told by their sizes and times, not by their bytes. */
const mostRead = 500;

/** Changes with what stands in the files that go into the container or its image. */
export async function fileFingerprint(plan: ContainerPlan, root: string): Promise<string> {
  const { build, mounts, files } = plan;
  const context = typeof build === "string" ? build : build?.context;
  const paths = [
    ...(context === undefined ? [] : [context]),
    ...mounts.map(({ from }) => from),
    ...Object.values(files).flatMap((given) => (typeof given === "string" ? [] : [given.file])),
  ];
  const hash = createHash("sha256");
  for (const path of paths.filter((each) => !each.includes("${{")))
    await addPath(hash, resolve(root, path));
  return hash.digest("hex").slice(0, 16);
}

async function addPath(hash: Hash, path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined); // missing, which validate tells
  if (found === undefined) return;
  const files = found.isDirectory() ? await filesBelow(path) : [path];
  for (const file of files) {
    const { size, mtimeMs, mode } = await stat(file).catch(() => ({
      size: 0,
      mtimeMs: 0,
      mode: 0,
    })); // a dead link
    hash.update(`${file.slice(path.length)}\0${size}\0${mode}\0`);
    hash.update(
      files.length > mostRead ? String(mtimeMs) : await readFile(file).catch(() => ""), // as unreadable for the builder
    );
  }
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/\/(?:node_modules|\.git|\.shakedown)\//.test(file))
    .toSorted();
}
