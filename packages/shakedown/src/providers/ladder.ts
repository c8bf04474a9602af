import type { ProviderChoice } from "../engines/engine.ts";
import { isShakedownError, ShakedownError } from "../errors/shakedown-error.ts";
import type { ProviderPolicy } from "./provider-policy.ts";
import type { OnOtherVersion, ProviderWord } from "./provider-words.ts";
import { type SurveyedRung, surveyRungs } from "./survey-rungs.ts";
import { anyVersion, type VersionWish } from "./version-wish.ts";

/** One place where a service could come from. */
export interface Rung<Found> {
  readonly kind: ProviderWord;
  /**
   * Somebody named this very server: where it does not fit, that is an error, since another one in its place would be a
   * surprise.
   */
  readonly isNamed?: boolean;
  look(wish: VersionWish): Promise<Look<Found>>;
}

export type Look<Found> =
  | {
      readonly found: Found;
      /** "postgres 18.4" */
      readonly version: string;
      /** One sentence for the user: "found in /usr/lib/postgresql/18/bin". */
      readonly reason: string;
    }
  /** Why this place was not taken: "not on PATH"; "version 14.2 is older than 15". */
  | { readonly passedOver: string };

export interface LadderOptions {
  readonly service: string;
  readonly hint: string;
  readonly policy?: ProviderPolicy;
  readonly wish?: VersionWish;
  /** @default "refuse" */
  readonly onOtherVersion?: OnOtherVersion;
  /** The versions that the engine can work with at all. */
  readonly workable?: VersionWish;
}

export interface Chosen<Found> {
  readonly found: Found;
  readonly choice: ProviderChoice;
  /** How to get there without what was chosen, where nobody wants it so. */
  readonly hint?: string;
  /** Tells of every rung, those below the chosen one too, which are looked at only now. */
  survey(): Promise<readonly SurveyedRung[]>;
}

type PassedOver = ProviderChoice["passedOver"][number];

/**
 * The first rung that works: those that are preferred, then from the top. What came before it is kept with its reason, and
 * so is what was not looked at because somebody said so.
 *
 * @throws ShakedownError `PROVIDER_NONE` with all reasons
 */
export async function chooseProvider<Found>(
  subject: string,
  rungs: readonly Rung<Found>[],
  options: LadderOptions,
): Promise<Chosen<Found>> {
  const { hint, policy = { prefer: [], forbid: [] }, onOtherVersion = "refuse" } = options;
  const wish = options.wish ?? options.workable ?? anyVersion;
  const passedOver: PassedOver[] = [];
  const known = new Map<Rung<Found>, string>();
  const passOver = (rung: Rung<Found>, reason: string): void => {
    known.set(rung, reason);
    passedOver.push({ kind: rung.kind, reason });
  };
  const allowed: Rung<Found>[] = [];
  for (const rung of inOrder(rungs, policy)) {
    const reason = whyNotAllowed(rung.kind, policy);
    if (reason === undefined) allowed.push(rung);
    else passOver(rung, reason);
  }
  const chosen = (
    taken: Rung<Found>,
    { found, version, reason }: Exclude<Look<Found>, { readonly passedOver: string }>,
    others: readonly PassedOver[],
  ): Chosen<Found> => {
    const kind = taken.kind === "local" ? "external" : taken.kind;
    const choice: ProviderChoice = { kind, version, reason, passedOver: others };
    const isWanted = policy.require !== undefined || policy.forbid.length > 0;
    return {
      found,
      choice,
      ...(isWanted ? {} : { hint }),
      survey: () => surveyRungs(rungs, { taken, choice, known, wish }),
    };
  };
  for (const rung of allowed) {
    const seen = await look(rung, wish, options);
    if (!("passedOver" in seen))
      return chosen(rung, seen, [...passedOver, ...overtaken(rung, rungs, policy)]);
    passOver(rung, seen.passedOver);
  }
  if (onOtherVersion === "warn" && wish !== anyVersion) {
    for (const rung of allowed) {
      const seen = await rung.look(options.workable ?? anyVersion);
      if ("passedOver" in seen) continue;
      const others = passedOver.filter(({ kind }) => kind !== rung.kind);
      return chosen(rung, withWarning(seen, wish), others);
    }
  }
  throw none(subject, passedOver, { hint, policy, rungs });
}

/**
 * Starts what was chosen. Where an image cannot be had, that is often not what the user has to mend: why the providers before
 * it were not taken is told as well.
 */
export async function startChosen<Running>({
  found,
  choice: { passedOver },
  hint,
}: Pick<Chosen<() => Promise<Running>>, "found" | "choice" | "hint">): Promise<Running> {
  try {
    return await found();
  } catch (error) {
    const isImage = isShakedownError(error) && error.code.startsWith("IMAGE_");
    if (!isImage || passedOver.length === 0) throw error;
    const hints = [hint, error.hint].filter((text) => text !== undefined);
    throw new ShakedownError(error.code, `${error.message} (${reasonsText(passedOver)})`, {
      ...(hints.length === 0 ? {} : { hint: hints.join("\n") }),
      details: { ...error.details, passedOver: [...passedOver] },
      cause: error,
    });
  }
}

function inOrder<Found>(
  rungs: readonly Rung<Found>[],
  { prefer }: ProviderPolicy,
): readonly Rung<Found>[] {
  const preferred = prefer.flatMap(({ word }) => rungs.filter(({ kind }) => kind === word));
  return [...new Set([...preferred, ...rungs])];
}

/** Undefined where it may be taken. */
export function whyNotAllowed(
  kind: ProviderWord,
  { require, forbid }: ProviderPolicy,
): string | undefined {
  const forbidden = forbid.find(({ word }) => word === kind);
  if (forbidden !== undefined) return `${forbidden.by} forbids it`;
  if (require === undefined || require.words.includes(kind)) return undefined;
  return `${require.by} requires ${require.words.join(" or ")}`;
}

async function look<Found>(
  rung: Rung<Found>,
  wish: VersionWish,
  { service, onOtherVersion, workable = anyVersion }: LadderOptions,
): Promise<Look<Found>> {
  const seen = await rung.look(wish);
  if (rung.isNamed !== true || !("passedOver" in seen)) return seen;
  if (onOtherVersion === "warn") {
    const other = await rung.look(workable);
    if (!("passedOver" in other)) return withWarning(other, wish);
  }
  throw new ShakedownError("PROVIDER_NONE", `${service}: ${seen.passedOver}`, {
    hint: "Start that server, correct its URL, or take the URL out, and another provider is looked for",
    details: { passedOver: [{ kind: rung.kind, reason: seen.passedOver }] },
  });
}

function withWarning<Found>(
  seen: Exclude<Look<Found>, { readonly passedOver: string }>,
  wish: VersionWish,
): typeof seen {
  return { ...seen, reason: `${seen.reason}; warning: the stack asks for version ${wish.text}` };
}

/** What would have come first if nobody had preferred another. */
function overtaken<Found>(
  taken: Rung<Found>,
  rungs: readonly Rung<Found>[],
  policy: ProviderPolicy,
): readonly PassedOver[] {
  const said = policy.prefer.find(({ word }) => word === taken.kind);
  if (said === undefined) return [];
  const before = policy.prefer.slice(0, policy.prefer.indexOf(said)).map(({ word }) => word);
  return rungs
    .slice(0, rungs.indexOf(taken))
    .filter(({ kind }) => !before.includes(kind) && whyNotAllowed(kind, policy) === undefined)
    .map(({ kind }) => ({ kind, reason: `${said.by} prefers ${taken.kind}` }));
}

function none(
  subject: string,
  passedOver: readonly PassedOver[],
  {
    hint,
    policy,
    rungs,
  }: {
    readonly hint: string;
    readonly policy: ProviderPolicy;
    readonly rungs: readonly Rung<unknown>[];
  },
): ShakedownError {
  const kinds = rungs.map(({ kind }) => kind);
  const { require } = policy;
  const isImpossible = require !== undefined && !require.words.some((word) => kinds.includes(word));
  return new ShakedownError(
    "PROVIDER_NONE",
    `${subject} was not found in any of ${rungs.length} places (${reasonsText(passedOver)})`,
    {
      hint: isImpossible
        ? `${require.by} requires ${require.words.join(" or ")}, and there is only ${[...new Set(kinds)].join(", ")}`
        : hint,
      details: { passedOver: [...passedOver] },
    },
  );
}

function reasonsText(passedOver: readonly PassedOver[]): string {
  return passedOver.map(({ kind, reason }) => `${kind}: ${reason}`).join("; ");
}
