import type { Problem } from "../stack/plan.ts";
import type { ProviderOption, ProviderWord } from "./provider-words.ts";

export interface ProviderProblemsOptions {
  /** `services.db` */
  readonly at: string;
  readonly option: ProviderOption | undefined;
  /** The providers that the engine has. */
  readonly kinds: readonly ProviderWord[];
  readonly hasUrl: boolean;
}

/** Wishes that nothing can fulfil, or that contradict the service's other options. */
export function providerProblems({
  at,
  option,
  kinds,
  hasUrl,
}: ProviderProblemsOptions): readonly Problem[] {
  if (option === undefined) return [];
  const isWord = typeof option === "string";
  const required = isWord ? [option] : listOf(option.require);
  const { prefer, forbid } = isWord ? {} : option;
  const place = `${at}.provider${isWord ? "" : ".require"}`;
  const problems: Problem[] = [];
  const unknown = [...required, ...listOf(prefer)].filter((word) => !kinds.includes(word));
  if (unknown.length > 0) {
    problems.push({
      at: `${at}.provider`,
      message: `${unknown.join(", ")} is no provider of this service`,
      hint: `It has ${kinds.join(", ")}`,
    });
  }
  if (hasUrl && required.length > 0 && !required.includes("external")) {
    problems.push({
      at: place,
      message: `requires ${required.join(" or ")}, and \`url\` names a server`,
      hint: "Take provider or url out",
    });
  }
  const both = required.filter((word) => listOf(forbid).includes(word));
  if (both.length > 0 && both.length === required.length) {
    problems.push({
      at: `${at}.provider.forbid`,
      message: `has ${both.join(", ")}, which is required too`,
      hint: "Take it out of one of them",
    });
  }
  return problems;
}

function listOf(
  words: ProviderWord | readonly ProviderWord[] | undefined,
): readonly ProviderWord[] {
  if (words === undefined) return [];
  return typeof words === "string" ? [words] : words;
}
