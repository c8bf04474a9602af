import { mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ContainerEngine } from "./find-engine.ts";
import type { ContainerMount, RunContainerOptions } from "./run-container.ts";
import type { ContainerFile } from "./tar.ts";

export interface GivenFiles {
  readonly mounts: readonly ContainerMount[];
  readonly copied: readonly ContainerFile[];
}

/**
 * Copying a file into a container that has not started takes an engine some 30 ms: it has to put the container's file
 * system together once more. What is only read there is mounted, from a folder that nobody else can look into.
 */
export async function giveFiles(
  engine: Pick<ContainerEngine, "sharesNetwork">,
  { files = [], mounts = [], context }: RunContainerOptions,
): Promise<GivenFiles> {
  const mountable = engine.sharesNetwork ? files.filter(({ readOnly = false }) => readOnly) : [];
  if (mountable.length === 0) return { mounts, copied: files };
  const folder = await mkdtemp(join(context.folders.data, "mounted-"));
  const made = mountable.map(async ({ to, content, mode = 0o644 }, index) => {
    if (typeof content !== "string") return { from: content.file, to, readOnly: true };
    const from = join(folder, String(index));
    await writeFile(from, content, { mode });
    return { from, to, readOnly: true };
  });
  return {
    mounts: [...mounts, ...(await Promise.all(made))],
    copied: files.filter((file) => !mountable.includes(file)),
  };
}
