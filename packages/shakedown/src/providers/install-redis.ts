import { type InstallOptions, installProgram, type InstallResult } from "./install-program.ts";
import { findRedis, redisVersion } from "./redis-programs.ts";

/**
 * Brings a Redis server for this user, without root where the system allows it.
 *
 * @throws ShakedownError `INSTALL_UNSUPPORTED` with what to do by hand
 */
export async function installRedis(options: InstallOptions): Promise<InstallResult> {
  return installProgram(
    {
      name: "redis",
      find: async (where) => (await findRedis(where))[0],
      debian: {
        packages: ["redis-server", "redis-tools"],
        program: "usr/bin/redis-server",
        version: redisVersion,
        deps: ["redis-tools"],
      },
      brew: "redis",
      byHand: {
        apk: "apk add redis",
        dnf: "sudo dnf install redis",
        yum: "sudo yum install redis",
        pacman: "sudo pacman -S valkey",
        zypper: "sudo zypper install redis",
        "nix-env": "nix-env -iA nixpkgs.redis",
      },
      otherwise:
        'Put redis-server on PATH, or give the address of a server: redis({ url: "redis://…" })',
    },
    options,
  );
}
