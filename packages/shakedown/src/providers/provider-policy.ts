import type { StartContext } from "../engines/engine.ts";
import { ShakedownError } from "../errors/shakedown-error.ts";
import { nearest } from "../kit/nearest.ts";
import { type ProviderOption, type ProviderWord, providerWords } from "./provider-words.ts";

/** All that was said about where one service may come from, by the stack and by the machine. */
export interface ProviderPolicy {
  /** Looked at first, the most wanted first. */
  readonly prefer: readonly Said[];
  /** Absent: everything may be taken. */
  readonly require?: { readonly words: readonly ProviderWord[]; readonly by: string };
  /** Wins over both. */
  readonly forbid: readonly Said[];
}

interface Said {
  readonly word: ProviderWord;
  /** "SHAKEDOWN_PREFER", "the stack" */
  readonly by: string;
}

export interface PolicySources {
  readonly service: string;
  /** The stack's other services, to tell a typo in a variable from the name of another stack's service. */
  readonly services: readonly string[];
  readonly option: ProviderOption | undefined;
  /** True where the stack itself names a server: then that is what it prefers. */
  readonly hasUrl: boolean;
  readonly environment: Readonly<Record<string, string>>;
}

/** The variables that say where services come from, and those that name servers for tests. */
export const providerVariables = [
  "SHAKEDOWN_PREFER",
  "SHAKEDOWN_REQUIRE_PROVIDER",
  "SHAKEDOWN_FORBID",
  "TEST_DATABASE_URL",
  "TEST_MYSQL_URL",
  "TEST_REDIS_URL",
] as const;

/**
 * The more it speaks of one service, the more a word counts: the environment for this service (`db=native`), then the
 * stack, then the environment for all services. What anybody forbids is never taken.
 *
 * @throws ShakedownError `ENVIRONMENT_INVALID` with the nearest right word
 */
export function readPolicy(sources: PolicySources): ProviderPolicy {
  const { option, hasUrl } = sources;
  const prefer = readVariable("SHAKEDOWN_PREFER", sources);
  const require = readVariable("SHAKEDOWN_REQUIRE_PROVIDER", sources);
  const forbid = readVariable("SHAKEDOWN_FORBID", sources);
  const stack = typeof option === "string" ? { require: option } : (option ?? {});
  const byStack = (words: ProviderWord | readonly ProviderWord[] | undefined): Said[] =>
    listOf(words).map((word) => ({ word, by: "the stack" }));
  const url: Said[] = hasUrl ? [{ word: "external", by: "the stack" }] : [];
  const required = [require.own, byStack(stack.require), require.all].find(
    (said) => said.length > 0,
  );
  return {
    prefer: [...prefer.own, ...byStack(stack.prefer), ...url, ...prefer.all],
    ...(required?.[0] === undefined
      ? {}
      : { require: { words: required.map(({ word }) => word), by: required[0].by } }),
    forbid: [...forbid.own, ...byStack(stack.forbid), ...forbid.all],
  };
}

/** The same, for a service that is about to start. */
export function policyOf(
  { service, stack, environment }: Pick<StartContext, "service" | "stack" | "environment">,
  { option, hasUrl }: Pick<PolicySources, "option" | "hasUrl">,
): ProviderPolicy {
  const services = stack.services.map(({ name }) => name);
  return readPolicy({ service: service.name, services, option, hasUrl, environment });
}

/** What of the client's environment decides where services come from: part of what makes two sessions differ. */
export function providerEnvironment(
  environment: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    providerVariables.flatMap((name) => {
      const value = environment[name];
      return value === undefined || value === "" ? [] : [[name, value]];
    }),
  );
}

interface Words {
  /** Said of this service alone. */
  readonly own: readonly Said[];
  readonly all: readonly Said[];
}

function readVariable(
  name: (typeof providerVariables)[number],
  { environment, service, services }: PolicySources,
): Words {
  const own: Said[] = [];
  const all: Said[] = [];
  for (const item of (environment[name] ?? "").split(",")) {
    const text = item.trim();
    if (text === "") continue;
    const [first = "", second] = text.split("=").map((part) => part.trim());
    if (second === undefined) {
      all.push({ word: toWord(name, first), by: name });
      continue;
    }
    refuseTypo(name, first, services);
    const word = toWord(name, second);
    if (first === service) own.push({ word, by: name });
  }
  return { own, all };
}

function toWord(variable: string, text: string): ProviderWord {
  const known = providerWords.find((word) => word === text.toLowerCase());
  if (known !== undefined) return known;
  const close = otherWords[text.toLowerCase()] ?? nearest(text, providerWords);
  throw new ShakedownError(
    "ENVIRONMENT_INVALID",
    `${variable} says "${text}", which is none of ${providerWords.join(", ")}`,
    {
      hint:
        close === undefined
          ? `Choose from them, alone or for one service: ${variable}=native or ${variable}=db=native`
          : `Did you mean ${close}?`,
      details: { variable },
    },
  );
}

const otherWords: Readonly<Record<string, ProviderWord>> = {
  docker: "container",
  podman: "container",
  url: "external",
  system: "native",
  npm: "embedded",
};

/** A machine's variable may name the services of several stacks: only what looks like a slip is refused. */
function refuseTypo(variable: string, name: string, services: readonly string[]): void {
  if (services.includes(name)) return;
  const close = nearest(name, services);
  if (close === undefined) return;
  throw new ShakedownError(
    "ENVIRONMENT_INVALID",
    `${variable} speaks of "${name}", and the stack has no such service`,
    { hint: `Did you mean ${close}?`, details: { variable } },
  );
}

function listOf(
  words: ProviderWord | readonly ProviderWord[] | undefined,
): readonly ProviderWord[] {
  if (words === undefined) return [];
  return typeof words === "string" ? [words] : words;
}
