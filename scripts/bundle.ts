import { createHash } from "node:crypto";
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";

/** Modules that are reached by their URL: processes of their own, engines, and what Vitest evaluates. */
const ownModules = [
  "kit/own-module",
  "cli/main",
  "supervisor/main",
  "stack/loader-child",
  "stack/run-function",
  "providers/container/remove-owned",
  "fixtures/vitest-setup",
  "fixtures/file-hooks",
];

/**
 * Merges the compiled modules into few files: a process that starts loads ten instead of a hundred and sixty. Entries keep
 * their places; what they share goes to chunks/. Types stay one file a module.
 */
export async function bundle(compiled: string, into: string): Promise<void> {
  const names = [...ownModules, ...enginesIn(compiled), ...publicIn(compiled)];
  const bundled = await rolldown({
    input: Object.fromEntries(names.map((name) => [name, join(compiled, `${name}.js`)])),
    // Packages stay packages, and Node's own modules Node's.
    external: (id) => !id.startsWith(".") && !id.startsWith("/"),
    logLevel: "warn",
  });
  await bundled.write({
    dir: into,
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "chunks/[name]-[hash].js",
  });
  await bundled.close();
  cpSync(compiled, into, { recursive: true, filter: (file) => !file.endsWith(".js") });
  writeFileSync(join(into, "build-id"), hashOf(into));
}

function enginesIn(compiled: string): string[] {
  return readdirSync(join(compiled, "engines"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `engines/${name}/engine`);
}

function publicIn(compiled: string): string[] {
  return readdirSync(join(compiled, "public"))
    .filter((name) => name.endsWith(".js"))
    .map((name) => `public/${name.slice(0, -".js".length)}`);
}

/** Stands for this very build, where a version is not enough. */
function hashOf(folder: string): string {
  const hash = createHash("sha256");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".js"),
  );
  for (const name of files.toSorted()) hash.update(name).update(readFileSync(join(folder, name)));
  return hash.digest("hex").slice(0, 16);
}
