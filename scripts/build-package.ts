import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { buildPage, pageSources } from "./build-page.ts";
import { bundle } from "./bundle.ts";
import { packageFolder, root } from "./places.ts";

/** Compiles and bundles the package, unless what was built is newer than everything that it was built from. */
export async function buildPackage({ force = false }: { readonly force?: boolean } = {}): Promise<{
  readonly built: boolean;
}> {
  const dist = join(packageFolder, "dist");
  if (!force && isFresh(dist)) return { built: false };
  // Compiled aside and swapped in, so that what runs from dist never meets a half-written folder.
  const compiled = join(packageFolder, `dist-compiled-${process.pid}`);
  const next = join(packageFolder, `dist-next-${process.pid}`);
  const old = join(packageFolder, `dist-old-${process.pid}`);
  try {
    const compiler = spawnSync(
      join(root, "node_modules", ".bin", "tsc"),
      ["-p", join(packageFolder, "tsconfig.build.json"), "--outDir", compiled],
      { stdio: "inherit" },
    );
    if (compiler.error !== undefined) throw compiler.error;
    if (compiler.status !== 0) throw new Error("the package does not compile");
    await bundle(compiled, next);
    cpSync(buildPage(), join(next, "page", "index.html"));
    const bin = join(next, "cli", "main.js");
    if (existsSync(bin)) chmodSync(bin, 0o755);
    // Error messages and the README name these pages, so they travel with the package.
    rmSync(join(packageFolder, "docs"), { recursive: true, force: true });
    for (const pages of ["guide", "reference"]) {
      cpSync(join(root, "docs", pages), join(packageFolder, "docs", pages), { recursive: true });
    }
    if (existsSync(dist)) renameSync(dist, old);
    renameSync(next, dist);
  } finally {
    rmSync(compiled, { recursive: true, force: true });
    rmSync(next, { recursive: true, force: true });
    rmSync(old, { recursive: true, force: true });
  }
  return { built: true };
}

function isFresh(dist: string): boolean {
  const bin = join(dist, "cli", "main.js");
  if (!existsSync(bin)) return false;
  const builtMs = statSync(bin).mtimeMs;
  const sources = [
    ...filesUnder(join(packageFolder, "src")),
    ...pageSources(),
    join(packageFolder, "tsconfig.build.json"),
    join(root, "scripts", "bundle.ts"),
    join(root, "tsconfig.base.json"),
  ];
  return sources.every((file) => statSync(file).mtimeMs < builtMs);
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
