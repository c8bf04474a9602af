import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import type { ReusePart } from "./reuse-part.ts";

export interface FilePartsOptions {
  /** "migration", "seed": stands before the path. */
  readonly kind: string;
  /** What paths are shown relative to. */
  readonly root: string;
}

/** A part for each file, by its bytes; folders with all that is in them. What is missing is a part as well. */
export async function fileParts(
  paths: readonly string[],
  { kind, root }: FilePartsOptions,
): Promise<ReusePart[]> {
  const parts = await Promise.all(
    paths.map(async (path): Promise<ReusePart[]> => {
      const what = `${kind} ${relative(root, path)}`;
      const found = await stat(path).catch(() => undefined); // the answer is then that it is missing
      if (found === undefined) return [{ what, hash: "missing" }];
      if (found.isDirectory()) {
        const names = (await readdir(path)).filter((name) => name !== "node_modules").toSorted();
        return fileParts(
          names.map((name) => join(path, name)),
          { kind, root },
        );
      }
      return [
        {
          what,
          hash: createHash("sha256")
            .update(await readFile(path))
            .digest("hex")
            .slice(0, 20),
        },
      ];
    }),
  );
  return parts.flat();
}
