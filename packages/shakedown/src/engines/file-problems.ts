import { readFileSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { dirname, extname, resolve } from "node:path";
import { nearest } from "../kit/nearest.ts";
import type { FunctionReference, Problem } from "../stack/plan.ts";
import { migrationFiles } from "./migration-files.ts";
import { isSeedFile, seedFiles } from "./seed-files.ts";

/** The options of a database that name files. */
export interface FileOptions {
  readonly migrate?: string | MigrateCommand | FunctionReference | undefined;
  readonly seed?: string | readonly string[] | undefined;
  readonly inputs?: readonly string[] | undefined;
}

export interface MigrateCommand {
  readonly command: readonly string[];
  readonly inputs?: readonly string[] | undefined;
}

export async function migrateProblems(
  { migrate }: Pick<FileOptions, "migrate">,
  root: string,
  at: string,
): Promise<readonly Problem[]> {
  if (migrate === undefined) return [];
  if (typeof migrate !== "string") {
    return "command" in migrate ? missing(migrate.inputs ?? [], root, `${at}.inputs`) : [];
  }
  const path = resolve(root, migrate);
  const found = await stat(path).catch(() => undefined); // told as missing
  if (found === undefined) {
    return [
      {
        at,
        message: `no file or folder ${path}`,
        hint: await siblingHint(
          path,
          "Make it, or correct the path, which is relative to the stack file",
        ),
      },
    ];
  }
  if (found.isFile()) {
    return path.endsWith(".sql")
      ? []
      : [
          {
            at,
            message: `${path} is no .sql file`,
            hint: "Give a folder of .sql files, one such file, a command or a function",
          },
        ];
  }
  if ((await migrationFiles(path)).length > 0) return [];
  return [
    {
      at,
      message: `no migration in ${path}: neither .sql files nor folders with a migration.sql`,
      hint: "Name the folder that holds them, or use a command or a function",
    },
  ];
}

export async function seedProblems(
  { seed = [] }: Pick<FileOptions, "seed">,
  root: string,
  at: string,
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const each of typeof seed === "string" ? [seed] : seed) {
    const path = resolve(root, each);
    const found = await stat(path).catch(() => undefined); // told as missing
    if (found === undefined) {
      problems.push({
        at,
        message: `no file or folder ${path}`,
        hint: await siblingHint(
          path,
          "Make it, or correct the path, which is relative to the stack file",
        ),
      });
    } else if (found.isDirectory()) {
      if ((await seedFiles(path)).length === 0)
        problems.push({
          at,
          message: `no .sql, .csv or .json file in ${path}`,
          hint: "Name the folder that holds them",
        });
    } else if (!isSeedFile(path)) {
      problems.push({
        at,
        message: `${path} has the ending ${extname(path) || "of no kind"}`,
        hint: "Seeds are .sql, .csv or .json files",
      });
    } else if (path.endsWith(".json")) {
      const broken = jsonProblem(path);
      if (broken !== undefined)
        problems.push({ at, message: `${path} is no JSON: ${broken}`, hint: "Correct the file" });
    }
  }
  return problems;
}

export async function inputProblems(
  { inputs = [] }: Pick<FileOptions, "inputs">,
  root: string,
  at: string,
): Promise<readonly Problem[]> {
  return missing(inputs, root, `${at}.inputs`);
}

async function missing(
  paths: readonly string[],
  root: string,
  at: string,
): Promise<readonly Problem[]> {
  const absent = await Promise.all(
    paths.map(async (path) =>
      (await stat(resolve(root, path)).catch(() => undefined)) === undefined
        ? [resolve(root, path)]
        : [],
    ),
  );
  return absent.flat().map((path) => ({
    at,
    message: `no file or folder ${path}`,
    hint: "Correct the path, which is relative to the stack file",
  }));
}

/** The name next to it that may have been meant. */
async function siblingHint(path: string, otherwise: string): Promise<string> {
  const siblings = await readdir(dirname(path)).catch(() => [] as string[]); // the folder above is missing too
  const close = nearest(path.slice(dirname(path).length + 1), siblings);
  return close === undefined ? otherwise : `Did you mean ${resolve(dirname(path), close)}?`;
}

function jsonProblem(path: string): string | undefined {
  try {
    JSON.parse(readFileSync(path, "utf8"));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
