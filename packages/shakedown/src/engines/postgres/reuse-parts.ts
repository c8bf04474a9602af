import { resolve } from "node:path";
import type { ServicePlan, StackPlan } from "../../stack/plan.ts";
import { fileParts } from "../file-parts.ts";
import type { ReusePart } from "../reuse-part.ts";
import { migrationFiles } from "../migration-files.ts";
import { parseOptions, seedPaths } from "./options.ts";

/** The files from which the data is made; options are compared by whoever knows the plan. */
export async function reuseParts(
  { options }: ServicePlan,
  { root, file }: StackPlan,
): Promise<readonly ReusePart[]> {
  const { migrate, inputs, ...others } = parseOptions(options);
  const under = (paths: readonly string[]): string[] => paths.map((path) => resolve(root, path));
  const migrations =
    typeof migrate === "string"
      ? await migrationFiles(resolve(root, migrate))
      : migrate === undefined
        ? []
        : under("command" in migrate ? (migrate.inputs ?? []) : [file]);
  return [
    ...(await fileParts(migrations, { kind: "migration", root })),
    ...(await fileParts(under(seedPaths({ ...others, migrate, inputs })), { kind: "seed", root })),
    ...(await fileParts(under(inputs), { kind: "input", root })),
  ];
}
