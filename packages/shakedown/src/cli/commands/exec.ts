import { ShakedownError } from "../../errors/shakedown-error.ts";
import type { SlotLease } from "../../isolation/lease.ts";
import { nearest } from "../../kit/nearest.ts";
import { runAttached } from "../../process/run-attached.ts";
import { keepSettings } from "../../stack/keep-settings.ts";
import type { StackPlan } from "../../stack/plan.ts";
import { openSession } from "../../supervisor/client.ts";
import { loadEngines } from "../../supervisor/load-engines.ts";
import type { HeldSession } from "../../supervisor/session.ts";
import { command } from "../command.ts";
import { execEnvironment } from "../exec-environment.ts";
import { loadStack } from "../load-stack.ts";
import { notReusedLine } from "../reuse-text.ts";
import { appendedBoard } from "../service-board.ts";

export const execCommand = command({
  name: "exec",
  summary: "Run any command with the stack's services in its environment",
  usage: "[flags] -- <command…>",
  description: [
    "For tests in another language: `shakedown exec -- pytest`. The command gets SHAKEDOWN_<SERVICE>_URL and the other",
    "outputs of each service, and the usual names (DATABASE_URL, REDIS_URL) where only one service gives them.",
    "With --slots, each worker has services of its own: SHAKEDOWN_DB_URL_0, DATABASE_URL_1… and SHAKEDOWN_SLOTS as JSON.",
    "Terminal, input, output, signals and exit status are the command's own; 128 and the signal's number where one ended it.",
  ],
  options: {
    slots: {
      type: "number",
      value: "count",
      summary: "How many workers the command has, each with services of its own; 1 unless told.",
    },
    only: {
      type: "strings",
      value: "services",
      summary: "Only these services, and what they need: --only db,cache",
    },
    env: {
      type: "strings",
      value: "mapping",
      summary: "A variable of your own: --env TEST_DB=db.url. May be repeated.",
    },
    keep: { type: "boolean", summary: "Leave the services running afterwards." },
    fresh: { type: "boolean", summary: "Services of its own, whatever `shakedown up` keeps." },
    quiet: { type: "boolean", short: "q", summary: "Say nothing about services that start." },
  },
  positionals: { least: 0, most: 0, what: "the command after --" },
  passesRest: true,
  passesStatus: true,
  async run({ options, rest, cwd, environment, terminal, interrupted }) {
    const [program, ...args] = rest;
    if (program === undefined) throw nothingToRun();
    const plan = await loadStack({ cwd, named: options.stack, environment });
    const names = chosenServices(options.only, plan);
    const settings = keepSettings(plan, environment, { keep: options.keep, fresh: options.fresh });
    // Standard output is the command's alone.
    using board = appendedBoard({
      plan,
      terminal,
      write: options.quiet === true ? () => {} : terminal.err,
    });
    await using session = await openSession({
      plan,
      purpose: "exec",
      environment,
      ...settings,
      onEvent: (event) => {
        const isNews = event.type !== "service:ready" || !event.attached;
        if (isNews && !("slot" in event)) board.show(event);
      },
    });
    const news = notReusedLine(session.reuse);
    if (news !== undefined && options.quiet !== true)
      terminal.err(`${terminal.paint("yellow", ` ↻ ${terminal.words(news)}`)}\n`);
    const slots = await Promise.race([
      borrowSlots(session, { count: options.slots ?? 1, names }),
      aborted(interrupted),
    ]);
    if (slots === undefined) return 130;
    const engineOf = await loadEngines(plan);
    const usual = Object.fromEntries(
      Object.keys(slots[0]?.services ?? {}).map((name) => [
        name,
        engineOf(name).usualVariables ?? {},
      ]),
    );
    return await runAttached({
      command: program,
      args,
      cwd,
      env: {
        ...environment,
        ...execEnvironment({ slots, usual, mappings: options.env ?? [] }),
        SHAKEDOWN_SESSION: JSON.stringify({ [plan.file]: session.address }),
      },
    });
  },
});

function nothingToRun(): ShakedownError {
  return new ShakedownError("CLI_USAGE", "shakedown exec: there is no command to run", {
    hint: "Put it after --, for example: shakedown exec -- pytest -n4",
  });
}

function chosenServices(only: readonly string[] | undefined, plan: StackPlan): readonly string[] {
  const known = plan.services.map(({ name }) => name);
  if (only === undefined) return known;
  const names = only.flatMap((list) => list.split(",")).map((name) => name.trim());
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length === 0) return names;
  const near = unknown.flatMap((name) => nearest(name, known) ?? []);
  throw new ShakedownError(
    "SERVICE_UNKNOWN",
    `--only: ${plan.file} has no service ${unknown.map((name) => `"${name}"`).join(", ")}; it has ${known.join(", ")}`,
    near.length === 0 ? {} : { hint: `Did you mean: --only ${near.join(",")}` },
  );
}

/** One after another would take as long as all together. */
function borrowSlots(
  session: HeldSession,
  { count, names }: { readonly count: number; readonly names: readonly string[] },
): Promise<readonly SlotLease[]> {
  if (count < 1)
    throw new ShakedownError("CLI_USAGE", `--slots is ${count}, and a command needs one`, {
      hint: "Leave --slots away for one",
    });
  return Promise.all(
    Array.from({ length: count }, (_, wish) => session.borrow({ wish, services: names })),
  );
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
}
