import { chmod, mkdir, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** The wished folder if other users can get there, else one below the temp folder: a home is often closed (0700). */
export async function passableFolder(wished: string): Promise<string> {
  if (await isPassable(wished)) return wished;
  const folder = join(tmpdir(), `shakedown-programs-${process.getuid?.() ?? 0}`);
  await mkdir(folder, { recursive: true, mode: 0o711 });
  const { uid } = await stat(folder);
  // Programs that somebody else could have put there are not run.
  if (uid !== process.getuid?.()) return wished;
  await chmod(folder, 0o711);
  return folder;
}

async function isPassable(folder: string): Promise<boolean> {
  for (let at = folder; ; at = dirname(at)) {
    const found = await stat(at).catch(() => undefined); // not made yet: its parents decide
    if (found !== undefined && (found.mode & 0o001) === 0) return false;
    if (dirname(at) === at) return true;
  }
}
