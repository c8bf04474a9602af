import type { Problem, ServicePlan, StackPlan } from "../../stack/plan.ts";
import { providerProblems } from "../../providers/provider-problems.ts";
import { patternProblem } from "../database-name.ts";
import { inputProblems, migrateProblems, seedProblems } from "../file-problems.ts";
import { optionProblems } from "../option-problems.ts";
import { soundOptions } from "../sound-options.ts";
import { mysqlUrls } from "./external/mysql-urls.ts";
import { urlProblem } from "../url-for-tests.ts";
import { nameRules } from "./name-rules.ts";
import { optionsSchema, type ParsedOptions } from "./options.ts";

/** Everything wrong with the options that can be seen without a server. */
export async function validateOptions(
  service: ServicePlan,
  { root }: StackPlan,
): Promise<readonly Problem[]> {
  const at = `services.${service.name}`;
  const options = soundOptions(service, optionsSchema);
  const named =
    options.name === undefined ? undefined : patternProblem(options.name, service.per, nameRules);
  return [
    ...perProblems(service, at),
    ...optionProblems(service, optionsSchema),
    ...(named === undefined ? [] : [{ at: `${at}.name`, ...named }]),
    ...(await migrateProblems(options, root, `${at}.migrate`)),
    ...(await seedProblems(options, root, `${at}.seed`)),
    ...seedKinds(options, `${at}.seed`),
    ...(await inputProblems(options, root, at)),
    ...externalProblems(options, at),
    ...providerProblems({
      at,
      option: options.provider,
      kinds: ["external", "native", "container"],
      hasUrl: options.url !== undefined,
    }),
  ];
}

function perProblems({ per, engine }: ServicePlan, at: string): readonly Problem[] {
  if (per !== "test") return [];
  return [
    {
      at: `${at}.per`,
      message: `"test" is not supported for ${engine.name}`,
      hint: 'Take "slot": each test finds the database as it was',
    },
  ];
}

function seedKinds({ seed }: ParsedOptions, at: string): readonly Problem[] {
  const csv = [seed].flat().filter((path) => path.endsWith(".csv"));
  return csv.map((path) => ({
    at,
    message: `${path} is a CSV file, which this engine does not read`,
    hint: "Seeds are .sql or .json files",
  }));
}

function externalProblems(options: ParsedOptions, at: string): readonly Problem[] {
  if (options.url === undefined) return [];
  const problem = urlProblem(options.url, mysqlUrls, options.urlIsForTests);
  const settings = Object.keys(options.settings).length === 0 ? [] : ["settings"];
  const own = [...settings, ...(options.image === undefined ? [] : ["image"])];
  return [
    ...(problem === undefined ? [] : [{ at: `${at}.url`, ...problem }]),
    ...own.map((name) => ({
      at: `${at}.${name}`,
      message: "has no effect on the server of `url`, which runs already",
      hint: `Take ${name} or url out`,
    })),
  ];
}
