import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Finding } from "./finding.ts";
import { packageFolder, root } from "./places.ts";
import { filesUnder } from "./source-files.ts";

/** Written so that this file does not find itself. */
const forbidden: readonly { readonly pattern: RegExp; readonly why: string }[] = [
  {
    pattern: /registry\.npmjs\.(org|com)|registry\.yarnpkg\.com|npm\.pkg\.github\.com/,
    why: "names a registry's host",
  },
  {
    pattern: /"resolved": "https?:/,
    why: "names the host that a package came from; keep omit-lockfile-registry-resolved",
  },
  {
    pattern: /(?<![\w.)}*-])\/(work|root|Users\/\w+|home\/(?!linuxbrew)\w+)\/[\w.]/,
    why: "is a path of one machine",
  },
];

const text = /\.(ts|mts|mjs|js|json|md|sql|ya?ml|sh|txt)$|\/(run|\.npmrc|LICENSE)$/;

/** What must not land: hosts and paths that are true on one machine only; and two licences that differ. */
export function checkWords(): Finding[] {
  const findings = filesUnder(root)
    .filter((file) => text.test(file) && !file.endsWith("scripts/check-words.ts"))
    .flatMap((file) =>
      readFileSync(file, "utf8")
        .split("\n")
        .flatMap((line, index) =>
          forbidden
            .filter(({ pattern }) => pattern.test(line))
            .map(({ why }) => ({
              file: relative(root, file),
              line: index + 1,
              message: `${why}: ${line.trim().slice(0, 100)}`,
            })),
        ),
    );
  if (
    readFileSync(join(root, "LICENSE"), "utf8") !==
    readFileSync(join(packageFolder, "LICENSE"), "utf8")
  ) {
    findings.push({
      file: "packages/shakedown/LICENSE",
      line: 1,
      message: "is not the LICENSE of the repository: copy it",
    });
  }
  return findings;
}
