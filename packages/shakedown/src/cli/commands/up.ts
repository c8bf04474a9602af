import { ShakedownError } from "../../errors/shakedown-error.ts";
import { durationText } from "../../kit/duration-text.ts";
import { nearest } from "../../kit/nearest.ts";
import { idleMsOf } from "../../stack/keep-settings.ts";
import type { StackPlan } from "../../stack/plan.ts";
import type { SupervisorStatus } from "../../supervisor/protocol.ts";
import { openSession, prepareSupervisor } from "../../supervisor/client.ts";
import { command } from "../command.ts";
import { spanText } from "../keep-text.ts";
import { loadStack, locateStack } from "../load-stack.ts";
import { notReusedLine } from "../reuse-text.ts";
import { openServiceBoard } from "../service-board.ts";
import { table } from "../table.ts";

export const upCommand = command({
  name: "up",
  summary: "Start the stack's services and leave them running",
  usage: "[service…]",
  description: [
    "Without names, all services. Tests that run meanwhile use what is running, as long as nothing that shapes it has changed.",
    "What each test worker has of its own (a database, a server) is made when a worker asks for it.",
    "They stop with `shakedown down`, or when no client came for two hours.",
  ],
  options: {
    "idle-minutes": {
      type: "string",
      value: "minutes",
      summary: "How long they wait for a client before they stop; 120 unless told, 0 for no limit.",
    },
  },
  async run({ options, positionals, cwd, environment, terminal, interrupted }) {
    const startedMs = performance.now();
    const stackFile = locateStack({ cwd, named: options.stack });
    const early = prepareSupervisor(stackFile, environment);
    const { plan, idleMs } = await loadStack({ cwd, named: options.stack, environment })
      .then((loaded) => ({
        plan: refuseUnknownServices(positionals, loaded),
        idleMs: idleMsOf(loaded, environment, { idleMinutes: options["idle-minutes"] }),
      }))
      .catch(async (error: unknown) => {
        await early.leave();
        throw error;
      });
    const isQuiet = options.json === true;
    using board = openServiceBoard({
      plan,
      terminal,
      write: isQuiet ? () => {} : terminal.out,
    });
    await using session = await openSession({
      plan,
      purpose: "up",
      environment,
      keep: { idleMs },
      onEvent: (event) => board.show(event),
    });
    const news = notReusedLine(session.reuse);
    if (news !== undefined && !isQuiet)
      terminal.err(`${terminal.paint("yellow", `↻ ${terminal.words(news)}`)}\n`);
    try {
      await orInterrupted(
        session.start(positionals.length === 0 ? undefined : positionals),
        interrupted,
      );
    } catch (error) {
      // The supervisor was asked to stay, for services that are not all there.
      await stopUnlessShared(plan, environment);
      if (interrupted.aborted) return 130;
      throw error;
    }
    const status = await session.status();
    const tookMs = performance.now() - startedMs;
    if (options.json === true) {
      const facts = {
        stackFile: plan.file,
        tookMs: Math.round(tookMs),
        idleMs,
        reuse: session.reuse,
        services: status.services,
      };
      terminal.out(`${JSON.stringify(facts, null, 2)}\n`);
    } else
      terminal.out(
        `\n${renderUrls(status)} Ready in ${durationText(tookMs)}. ${terminal.words(stayText(idleMs))}\n`,
      );
    return 0;
  },
});

function stayText(idleMs: number): string {
  const limit = idleMs === 0 ? "" : `, or after ${spanText(idleMs)} without a client`;
  return `Stop with: shakedown down${limit}`;
}

function refuseUnknownServices(names: readonly string[], plan: StackPlan): StackPlan {
  const { services, file } = plan;
  const known = services.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length === 0) return plan;
  const near = unknown.flatMap((name) => nearest(name, known) ?? []);
  throw new ShakedownError(
    "SERVICE_UNKNOWN",
    `${file} has no service ${unknown.map((name) => `"${name}"`).join(", ")}; it has ${known.join(", ")}`,
    near.length === 0 ? {} : { hint: `Did you mean: shakedown up ${near.join(" ")}` },
  );
}

function orInterrupted(work: Promise<void>, interrupted: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new Error("interrupted"));
    if (interrupted.aborted) stop();
    interrupted.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject);
  });
}

/** Others may hold sessions on what was running before this call. */
async function stopUnlessShared(
  plan: StackPlan,
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  const { findSupervisor } = await import("../../supervisor/client.ts");
  const supervisor = await findSupervisor(plan.file, environment);
  if (supervisor === undefined) return;
  const { sessions, services } = await supervisor.status();
  if (sessions.length <= 1 && !services.some(({ state }) => state === "ready"))
    await supervisor.stop("`shakedown up`, which could not start everything");
}

function renderUrls({ services }: SupervisorStatus): string {
  const rows = services.flatMap(({ name, url, state }) =>
    state === "ready" && url !== undefined ? [[name, url]] : [],
  );
  return rows.length === 0 ? "" : `${table(rows)}\n`;
}
