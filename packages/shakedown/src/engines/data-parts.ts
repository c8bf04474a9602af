import { resolve } from "node:path";
import type { StackPlan } from "../stack/plan.ts";
import { fileParts } from "./file-parts.ts";
import type { FileOptions } from "./file-problems.ts";
import { partsOfFolder } from "./folder-parts.ts";
import { hasKnownInputs } from "./hash-files.ts";
import { migrationFiles } from "./migration-files.ts";
import type { ReusePart } from "./reuse-part.ts";

/**
 * The files from which a database's data is made, by name; options are compared by whoever knows the plan. Where a command
 * or a function migrates and does not say what it reads, that may be any source beside the stack.
 */
export async function dataParts(
  files: FileOptions,
  { root, file }: Pick<StackPlan, "root" | "file">,
): Promise<readonly ReusePart[]> {
  const { migrate, seed = [], inputs = [] } = files;
  const under = (paths: readonly string[]): string[] => paths.map((path) => resolve(root, path));
  const migrations =
    typeof migrate === "string"
      ? await migrationFiles(resolve(root, migrate))
      : migrate === undefined
        ? []
        : under("command" in migrate ? (migrate.inputs ?? []) : [file]);
  return [
    ...(await fileParts(migrations, { kind: "migration", root })),
    ...(await fileParts(under(typeof seed === "string" ? [seed] : seed), { kind: "seed", root })),
    ...(await fileParts(under(inputs), { kind: "input", root })),
    ...(hasKnownInputs(files) ? [] : partsOfFolder(root, root)),
  ];
}
