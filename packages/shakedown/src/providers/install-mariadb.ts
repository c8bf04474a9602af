import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { type InstallOptions, installProgram, type InstallResult } from "./install-program.ts";
import { findMysqlPrograms, mariadbVersion, parseMysqlVersion } from "./mysql-programs.ts";

/**
 * Brings a MariaDB server for this user, without root where the system allows it.
 *
 * @throws ShakedownError `INSTALL_UNSUPPORTED` with what to do by hand
 */
export async function installMariadb(options: InstallOptions): Promise<InstallResult> {
  return installProgram(
    {
      name: "mariadb",
      find: findMariadb,
      debian: {
        packages: ["mariadb-server-core", "mariadb-client-core"],
        program: "usr/sbin/mariadbd",
        version: mariadbVersion,
        deps: ["mariadb-server-core", "mariadb-client-core"],
      },
      brew: "mariadb",
      byHand: {
        apk: "apk add mariadb",
        dnf: "sudo dnf install mariadb-server",
        yum: "sudo yum install mariadb-server",
        pacman: "sudo pacman -S mariadb",
        zypper: "sudo zypper install mariadb",
        "nix-env": "nix-env -iA nixpkgs.mariadb",
      },
      otherwise:
        'Put mariadbd on PATH, or give the address of a server: mariadb({ url: "mysql://…" })',
    },
    options,
  );
}

async function findMariadb(
  options: InstallOptions,
): Promise<{ readonly file: string; readonly version: string } | undefined> {
  for (const { bin, program, libraryPath } of await findMysqlPrograms(options)) {
    const file = join(bin, program);
    const found = parseMysqlVersion(await printedVersion(file, libraryPath));
    if (found?.flavour === "mariadb") return { file, version: found.version };
  }
  return undefined;
}

async function printedVersion(file: string, libraryPath: string | undefined): Promise<string> {
  try {
    const env = libraryPath === undefined ? {} : { LD_LIBRARY_PATH: libraryPath };
    const { stdout } = await promisify(execFile)(file, ["--version"], { timeout: 5000, env });
    return stdout;
  } catch {
    // A program that cannot say its version does not run here.
    return "";
  }
}
