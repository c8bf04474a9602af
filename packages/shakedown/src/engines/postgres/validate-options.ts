import { readFileSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { dirname, extname, resolve } from "node:path";
import * as v from "valibot";
import { nearest } from "../../kit/nearest.ts";
import { providerProblems } from "../../providers/provider-problems.ts";
import { providerWords } from "../../providers/provider-words.ts";
import type { Problem, ServicePlan, StackPlan } from "../../stack/plan.ts";
import { soundOptions } from "../sound-options.ts";
import { patternProblem } from "./database-name.ts";
import { localProblem } from "./external/look-at-local.ts";
import { urlProblem } from "./external/url-for-tests.ts";
import { migrationFiles } from "../migration-files.ts";
import { optionsSchema, type ParsedOptions, seedPaths } from "./options.ts";
import { splitLocale } from "./server/initdb.ts";
import { isSeedFile, seedFiles } from "../seed-files.ts";

/** Everything wrong with the options that can be seen without a server. */
export async function validateOptions(
  service: ServicePlan,
  stack: StackPlan,
): Promise<readonly Problem[]> {
  const at = `services.${service.name}`;
  const perTest: Problem[] =
    service.per === "test"
      ? [
          {
            at: `${at}.per`,
            message: `"test" is not supported for postgres yet`,
            hint: 'Take "slot": each test finds the database as it was',
          },
        ]
      : [];
  const { issues = [] } = v.safeParse(optionsSchema, service.options);
  const options = soundOptions(service, optionsSchema);
  const named = options.name === undefined ? undefined : patternProblem(options.name, service.per);
  return [
    ...perTest,
    ...uniqueProblems(issues.map((issue) => toProblem(issue, at))),
    ...(named === undefined ? [] : [{ at: `${at}.name`, ...named }]),
    ...(await migrateProblems(options, stack.root, `${at}.migrate`)),
    ...(await seedProblems(options, stack.root, `${at}.seed`)),
    ...(await inputProblems(options, stack.root, at)),
    ...localeProblems(options, `${at}.locale`),
    ...externalProblems(options, at),
    ...providerProblems({
      at,
      option: options.provider,
      kinds: providerWords,
      hasUrl: options.url !== undefined,
    }),
    ...localProblems(options, `${at}.local`),
  ];
}

function toProblem(issue: v.BaseIssue<unknown>, at: string): Problem {
  const path = (issue.path ?? []).map(({ key }) => String(key)).join(".");
  const place = path === "" ? at : `${at}.${path}`;
  if (issue.type === "strict_object" && issue.expected === "never") {
    const name = path.split(".").at(-1) ?? "";
    const known = path.includes(".")
      ? ["way", "sequences", "rowBudget", "budgetMs", "command", "inputs"]
      : Object.keys(optionsSchema.entries);
    const close = otherNames[name] ?? nearest(name, known);
    return {
      at: place,
      message: `is no option of postgres`,
      hint: close === undefined ? `Choose from ${known.join(", ")}` : `Did you mean ${close}?`,
    };
  }
  return { at: place, message: issue.message };
}

/** What other tools call our options. */
const otherNames: Readonly<Record<string, string>> = {
  migrations: "migrate",
  database: "name",
  seeds: "seed",
  username: "user",
  connectionString: "url",
  prefer: "provider",
};

function uniqueProblems(problems: readonly Problem[]): readonly Problem[] {
  return [
    ...new Map(problems.map((problem) => [`${problem.at} ${problem.message}`, problem])).values(),
  ];
}

async function migrateProblems(
  { migrate }: ParsedOptions,
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

async function seedProblems(
  options: ParsedOptions,
  root: string,
  at: string,
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const seed of seedPaths(options)) {
    const path = resolve(root, seed);
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

async function inputProblems(
  { inputs }: ParsedOptions,
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

function localeProblems({ locale }: ParsedOptions, at: string): readonly Problem[] {
  if (locale === undefined || splitLocale(locale)[1] !== "") return [];
  return [
    {
      at,
      message: `"${locale}" names a provider and no locale`,
      hint: 'Write it behind the colon, such as "icu:de-DE"',
    },
  ];
}

function localProblems({ local, url }: ParsedOptions, at: string): readonly Problem[] {
  if (local === undefined) return [];
  if (url !== undefined) {
    return [
      {
        at,
        message: "has no effect beside `url`, which comes first",
        hint: "Take local or url out",
      },
    ];
  }
  const problem = localProblem(local);
  return problem === undefined ? [] : [{ at, ...problem }];
}

function externalProblems(options: ParsedOptions, at: string): readonly Problem[] {
  if (options.url === undefined) return [];
  const own = (["locale", "image"] as const).filter((name) => options[name] !== undefined);
  const problem = urlProblem(options.url, options.urlIsForTests);
  return [
    ...(problem === undefined ? [] : [{ at: `${at}.url`, ...problem }]),
    ...own.map((name) => ({
      at: `${at}.${name}`,
      message: "has no effect on the server of `url`, which runs already",
      hint: `Take ${name} or url out`,
    })),
  ];
}
