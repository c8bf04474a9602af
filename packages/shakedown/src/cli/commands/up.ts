import { ShakedownError } from "../../errors/shakedown-error.ts";
import { durationText } from "../../kit/duration-text.ts";
import { nearest } from "../../kit/nearest.ts";
import type { StackPlan } from "../../stack/plan.ts";
import type { SupervisorStatus } from "../../supervisor/protocol.ts";
import { openSession, prepareSupervisor } from "../../supervisor/client.ts";
import { command } from "../command.ts";
import { loadStack, locateStack } from "../load-stack.ts";
import { openServiceBoard } from "../service-board.ts";
import { table } from "../table.ts";

export const upCommand = command({
  name: "up",
  summary: "Start the stack's services and leave them running",
  usage: "[service…]",
  description: [
    "Without names, all services. Tests that run meanwhile use what is running.",
    "What each test worker has of its own (a database, a server) is made when a worker asks for it.",
  ],
  options: {},
  async run({ options, positionals, cwd, environment, terminal, interrupted }) {
    const startedMs = performance.now();
    const stackFile = locateStack({ cwd, named: options.stack });
    const early = prepareSupervisor(stackFile, environment);
    const plan = await loadStack({ cwd, named: options.stack, environment })
      .then((loaded) => refuseUnknownServices(positionals, loaded))
      .catch(async (error: unknown) => {
        await early.leave();
        throw error;
      });
    using board = openServiceBoard({
      plan,
      terminal,
      write: options.json === true ? () => {} : terminal.out,
    });
    await using session = await openSession({
      plan,
      purpose: "up",
      environment,
      onEvent: (event) => board.show(event),
    });
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
    if (options.json === true)
      terminal.out(
        `${JSON.stringify({ stackFile: plan.file, tookMs: Math.round(tookMs), services: status.services }, null, 2)}\n`,
      );
    else
      terminal.out(
        `\n${renderUrls(status)}\n Ready in ${durationText(tookMs)}. Stop with: shakedown down\n`,
      );
    return 0;
  },
});

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
    await supervisor.stop();
}

function renderUrls({ services }: SupervisorStatus): string {
  const rows = services
    .filter(({ state }) => state === "ready")
    .map(({ name, url, per }) => {
      const own = per === "run" ? "" : `each ${per === "slot" ? "worker" : "test"} gets its own`;
      return [name, url ?? own, url === undefined ? "" : own];
    });
  return table(rows);
}
