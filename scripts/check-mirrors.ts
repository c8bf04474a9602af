import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import type { Finding } from "./finding.ts";
import { packageFolder, root } from "./places.ts";
import { sourceFiles } from "./source-files.ts";

/** unit/ mirrors src: whoever has a module knows where its tests are. */
export function checkMirrors(): Finding[] {
  const unit = join(packageFolder, "unit");
  return sourceFiles(unit)
    .filter((file) => file.endsWith(".test.ts"))
    .flatMap((file) => {
      const mirrored = relative(unit, file).replace(/\.test\.ts$/, "");
      const module = join(packageFolder, "src", `${mirrored}.ts`);
      const folder = join(packageFolder, "src", mirrored);
      if (existsSync(module) || existsSync(folder)) return [];
      return [
        {
          file: relative(root, file),
          message: `tests no module: ${relative(root, module)} is not there`,
        },
      ];
    });
}
