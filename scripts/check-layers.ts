import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Finding } from "./finding.ts";
import { importStatements, withoutComments } from "./import-statements.ts";
import {
  drivers,
  levels,
  publicRoom,
  reserved,
  roomsOfVariants,
  variantsBuiltOnOthers,
} from "./layers.ts";
import { packageFolder, root } from "./places.ts";
import { sourceFiles } from "./source-files.ts";

/** Holds the imports of the package against the table in layers.ts. */
export function checkLayers(): Finding[] {
  const src = join(packageFolder, "src");
  const modules = sourceFiles(src).map((file) => ({
    path: relative(src, file),
    source: readFileSync(file, "utf8"),
  }));
  const prefix = relative(root, src);
  return [...modules.flatMap(checkModule), ...checkDrivers(modules)].map((finding) => ({
    ...finding,
    file: join(prefix, finding.file),
  }));
}

export interface Module {
  /** From src: `engines/postgres/client.ts`. */
  readonly path: string;
  readonly source: string;
}

export function checkModule(module: Module): Finding[] {
  return [...checkDirection(module), ...checkReserved(module)];
}

function checkDirection({ path, source }: Module): Finding[] {
  const room = roomOf(path);
  const findings: Finding[] = [];
  if (room !== publicRoom && levelOf(room) === -1) {
    findings.push({
      file: path,
      line: 1,
      message: `the folder ${room}/ stands on no line of scripts/layers.ts`,
    });
  }
  for (const { specifier, line, typeOnly } of importStatements(source)) {
    if (typeOnly || !specifier.startsWith(".")) continue;
    const target = join(dirname(path), specifier);
    const complaint = forbidden(path, target);
    if (complaint !== undefined)
      findings.push({ file: path, line, message: `imports ${target}: ${complaint}` });
  }
  return findings;
}

/** Why a module may not import another one; undefined where it may. */
export function forbidden(from: string, to: string): string | undefined {
  const [room, target] = [roomOf(from), roomOf(to)];
  if (target === publicRoom && room !== publicRoom)
    return "nothing imports public/; import what it exports from";
  if (room === target)
    return roomsOfVariants.includes(room) ? betweenVariants(from, to) : undefined;
  if (room === publicRoom) return undefined;
  const [level, targetLevel] = [levelOf(room), levelOf(target)];
  if (targetLevel === 0 || (targetLevel !== -1 && targetLevel < level)) return undefined;
  const allowed = levels.slice(0, Math.max(level, 1)).flat();
  return `${room}/ may import ${allowed.filter((name) => name !== room).join(", ")}`;
}

function betweenVariants(from: string, to: string): string | undefined {
  const variant = from.split("/")[1] ?? "";
  const target = to.split("/")[1] ?? "";
  if (variant === target || !from.split("/")[2] || !to.split("/")[2]) return undefined;
  const room = roomOf(from);
  if (variantsBuiltOnOthers[`${room}/${variant}`]?.includes(`${room}/${target}`)) return undefined;
  return `${variant} and ${target} are variants, and variants do not know each other`;
}

function checkReserved({ path, source }: Module): Finding[] {
  const lines = withoutComments(source).split("\n");
  return reserved
    .filter(({ allowed }) => !allowed.some((start) => path.startsWith(start)))
    .flatMap(({ pattern, what, allowed, reason }) =>
      lines.flatMap((text, index) =>
        pattern.test(text) && !/^\s*import type\b/.test(text)
          ? [
              {
                file: path,
                line: index + 1,
                message: `uses ${what}, which is for ${allowed.join(", ")}: ${reason}`,
              },
            ]
          : [],
      ),
    );
}

/** One file an engine imports each driver. */
export function checkDrivers(modules: readonly Module[]): Finding[] {
  return drivers.flatMap((driver) => {
    const users = modules.flatMap(({ path, source }) =>
      importStatements(source)
        .filter(({ specifier, typeOnly }) => specifier === driver && !typeOnly)
        .map(({ line, dynamic }) => ({ path, line, dynamic })),
    );
    const eager = users.filter(({ dynamic }) => !dynamic);
    const byFolder = Object.groupBy(users, ({ path }) => path.split("/").slice(0, 2).join("/"));
    const crowded = Object.values(byFolder).filter(
      (group) => new Set((group ?? []).map(({ path }) => path)).size > 1,
    );
    return [
      ...eager.map(({ path, line }) => ({
        file: path,
        line,
        message: `imports ${driver} at load: import it when it is first used`,
      })),
      ...crowded.flatMap((group) =>
        (group ?? []).slice(1).map(({ path, line }) => ({
          file: path,
          line,
          message: `imports ${driver}, as ${group?.[0]?.path} does: a driver is imported in one file`,
        })),
      ),
    ];
  });
}

function roomOf(path: string): string {
  return path.split("/")[0] ?? "";
}

function levelOf(room: string): number {
  return levels.findIndex((names) => names.includes(room));
}
