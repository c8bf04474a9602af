import * as v from "valibot";
import { nearest } from "../../kit/nearest.ts";
import { providerProblems } from "../../providers/provider-problems.ts";
import { providerWords } from "../../providers/provider-words.ts";
import type { Problem, ServicePlan, StackPlan } from "../../stack/plan.ts";
import { soundOptions } from "../sound-options.ts";
import { patternProblem } from "../database-name.ts";
import { localProblem } from "./external/look-at-local.ts";
import { postgresUrls } from "./external/postgres-urls.ts";
import { urlProblem } from "../url-for-tests.ts";
import { inputProblems, migrateProblems, seedProblems } from "../file-problems.ts";
import { nameRules } from "./name-rules.ts";
import { optionsSchema, type ParsedOptions } from "./options.ts";
import { splitLocale } from "./server/initdb.ts";

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
  const named =
    options.name === undefined ? undefined : patternProblem(options.name, service.per, nameRules);
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
  const problem = urlProblem(options.url, postgresUrls, options.urlIsForTests);
  return [
    ...(problem === undefined ? [] : [{ at: `${at}.url`, ...problem }]),
    ...own.map((name) => ({
      at: `${at}.${name}`,
      message: "has no effect on the server of `url`, which runs already",
      hint: `Take ${name} or url out`,
    })),
  ];
}
