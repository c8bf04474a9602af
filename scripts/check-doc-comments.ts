import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Finding } from "./finding.ts";
import { packageFolder, root } from "./places.ts";
import { sourceFiles } from "./source-files.ts";

/** Every function and value that public/ exports has a doc comment, which says what its type cannot. */
export function checkDocComments(): Finding[] {
  return sourceFiles(join(packageFolder, "src", "public")).flatMap((file) =>
    reExports(readFileSync(file, "utf8")).flatMap(({ names, specifier }) => {
      const module = join(dirname(file), specifier);
      const source = readFileSync(module, "utf8");
      return names
        .filter((name) => !hasDocComment(source, name))
        .map((name) => ({
          file: relative(root, module),
          message: `${name} is public and has no doc comment`,
        }));
    }),
  );
}

interface ReExport {
  /** Values only: a type's members speak for themselves. */
  readonly names: readonly string[];
  readonly specifier: string;
}

export function reExports(source: string): ReExport[] {
  return [...source.matchAll(/^export (type )?\{([^}]*)\} from "([^"]+)";/gm)].map((match) => ({
    names:
      match[1] === undefined
        ? (match[2] ?? "")
            .split(",")
            .map((name) => name.trim())
            .filter((name) => name !== "" && !name.startsWith("type "))
            .map((name) => name.split(" as ")[0] ?? name)
        : [],
    specifier: match[3] ?? "",
  }));
}

export function hasDocComment(source: string, name: string): boolean {
  return new RegExp(
    `\\*/\\s*(?://[^\\n]*\\n\\s*)*export (?:declare )?(?:async )?(?:function|const|class) ${name}\\b`,
  ).test(source);
}
