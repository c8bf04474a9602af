import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseEnv } from "node:util";
import type { StackPlan } from "../../stack/plan.ts";
import type { CheckResult } from "../check.ts";

/**
 * Files that a process of the stack may load by itself (dotenv, a framework): what they say about services and the stack
 * does not, would lead tests to a server of somebody else's.
 */
export async function examineEnvFiles(plan: StackPlan): Promise<CheckResult[]> {
  const set = namesSetBy(plan);
  const names = (await readdir(plan.root)).filter((name) => /^\.env(\..+)?$/.test(name));
  const results = await Promise.all(
    names.filter((name) => !isTemplate(name)).map((name) => examineFile(plan.root, name, set)),
  );
  const found = results.flat();
  if (found.length > 0) return found;
  const seen = names.length === 0 ? "none" : `${names.join(", ")}: nothing that leads elsewhere`;
  return [{ area: "stack", name: ".env files", state: "ok", seen }];
}

function isTemplate(name: string): boolean {
  return /\.(example|sample|template|dist)$/.test(name) || name === ".env.test";
}

async function examineFile(
  folder: string,
  name: string,
  set: ReadonlySet<string>,
): Promise<CheckResult[]> {
  const text = await readFile(join(folder, name), "utf8").catch(() => ""); // a folder of that name
  const variables = parseEnv(text) as Readonly<Record<string, string>>;
  const leaking = Object.entries(variables).filter(
    ([variable, value]) => !set.has(variable) && namesAServer(variable, value),
  );
  if (leaking.length === 0) return [];
  const variableNames = leaking.map(([variable]) => variable);
  return [
    {
      area: "stack",
      name: `.env files: ${name}`,
      state: "advice",
      // Never the value: it may be a password.
      seen: `says ${variableNames.join(", ")}, which the stack does not: a process that loads ${name} would go there`,
      needed: "values of the stack's own services, or none",
      remedy: `Set ${variableNames.length === 1 ? "it" : "them"} in the stack: env: ({ db }) => ({ ${variableNames[0] ?? ""}: db.url })`,
    },
  ];
}

function namesAServer(variable: string, value: string): boolean {
  const isServerUrl =
    /^(postgres(ql)?|mysql|mariadb|rediss?|amqps?|mongodb(\+srv)?|nats|kafka|smtps?):\/\//i;
  return (
    isServerUrl.test(value) ||
    (value !== "" && /^(PG|MYSQL_|REDIS_|POSTGRES_|DB_)(HOST|PORT|URL)$/.test(variable))
  );
}

/** Every name in an `env` of any service's options. */
function namesSetBy({ services }: StackPlan): ReadonlySet<string> {
  return new Set(
    services.flatMap(({ options }) => {
      const env = options["env"];
      return typeof env === "object" && env !== null && !Array.isArray(env) ? Object.keys(env) : [];
    }),
  );
}
