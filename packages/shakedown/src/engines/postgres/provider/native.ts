import { readdir, realpath, stat } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { Rung } from "../../../providers/ladder.ts";
import { chooseRunAs } from "../../../providers/run-as.ts";
import type { VersionWish } from "../../../providers/version-wish.ts";
import { type Installation, missingExtensions } from "./installation.ts";
import { parseVersion, versionText } from "./version.ts";

export interface NativeOptions {
  readonly extensions: readonly string[];
  readonly path: string;
  readonly cache: string;
}

/** What the system's package manager installed: on PATH first, then the newest that fits. */
export function nativeRung(options: NativeOptions): Rung<Installation> {
  return {
    kind: "native",
    async look(wish) {
      const reasons: string[] = [];
      const fitting: { installation: Installation; bin: string; onPath: boolean }[] = [];
      for (const { bin, onPath } of await candidates(options.path)) {
        const looked = await inspect(bin, wish, options);
        if (typeof looked === "string") reasons.push(looked);
        else fitting.push({ installation: looked, bin, onPath });
      }
      const best = fitting.sort(
        (left, right) =>
          Number(right.onPath) - Number(left.onPath) ||
          newerFirst(left.installation, right.installation),
      )[0];
      if (best === undefined) {
        return {
          passedOver:
            reasons.length > 0
              ? reasons.join("; ")
              : "no server programs on PATH or in the usual places",
        };
      }
      return {
        found: best.installation,
        version: `postgres ${versionText(best.installation.version)}`,
        reason: [`found in ${best.bin}`, best.installation.runAs.note]
          .filter(Boolean)
          .join(", running "),
      };
    },
  };
}

/** The server programs that could be taken, not asked for anything. */
export async function nativeFiles(path: string): Promise<readonly string[]> {
  return (await candidates(path)).map(({ bin }) => join(bin, "postgres"));
}

function newerFirst(left: Installation, right: Installation): number {
  return right.version.major - left.version.major || right.version.minor - left.version.minor;
}

async function inspect(
  bin: string,
  wish: VersionWish,
  { extensions, path, cache }: NativeOptions,
): Promise<Installation | string> {
  const chosen = await chooseRunAs({
    bin,
    program: "postgres",
    path,
    memory: join(cache, "programs"),
  });
  if ("refused" in chosen) return `${bin} cannot be run: ${chosen.refused}`;
  const version = parseVersion(chosen.printed);
  if (version === undefined) return `${bin} prints no version: ${chosen.printed}`;
  if (!wish.accepts(versionText(version)))
    return `${bin} is version ${versionText(version)}, not ${wish.text}`;
  const missing = await missingExtensions(bin, version.major, extensions);
  if (missing.length > 0) return `${bin} has no extension ${missing.join(", ")}`;
  const { size, mtimeMs } = await stat(join(bin, "postgres"));
  return { version, runAs: chosen.runAs, identity: `${bin} ${size} ${mtimeMs}` };
}

/** Folders with both programs, each once, however many links lead there. */
async function candidates(path: string): Promise<readonly { bin: string; onPath: boolean }[]> {
  const places = [
    ...path
      .split(delimiter)
      .filter((folder) => folder.startsWith("/"))
      .map((bin) => ({ bin, onPath: true })),
    ...(await usualPlaces()).map((bin) => ({ bin, onPath: false })),
  ];
  const found = new Map<string, { bin: string; onPath: boolean }>();
  for (const place of places) {
    try {
      const program = await realpath(join(place.bin, "postgres"));
      const initdb = await realpath(join(place.bin, "initdb"));
      // Programs find their own files beside their real place, which for links in /usr/local/bin is elsewhere.
      const bin = join(program, "..");
      if (join(initdb, "..") === bin && !found.has(bin)) found.set(bin, { ...place, bin });
    } catch {
      // Not there, or client programs only.
    }
  }
  return [...found.values()];
}

async function usualPlaces(): Promise<readonly string[]> {
  const versioned = await Promise.all([
    below("/usr/lib/postgresql", /^\d+$/, "bin"),
    below("/usr", /^pgsql-\d+$/, "bin"),
    below("/usr/libexec", /^postgresql\d+$/, ""),
    ...["/opt/homebrew/opt", "/usr/local/opt", "/home/linuxbrew/.linuxbrew/opt"].map((folder) =>
      below(folder, /^postgresql(@\d+)?$/, "bin"),
    ),
    below("/Applications/Postgres.app/Contents/Versions", /^\d+$/, "bin"),
  ]);
  return [...versioned.flat(), "/usr/local/pgsql/bin"];
}

async function below(folder: string, name: RegExp, rest: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => [] as string[]); // a place of another system
  return names.filter((each) => name.test(each)).map((each) => join(folder, each, rest));
}
