import type { ClientCommand } from "../../engines/engine.ts";
import { ShakedownError } from "../../errors/shakedown-error.ts";
import { nearest } from "../../kit/nearest.ts";
import { printableLine } from "../../kit/printable.ts";
import { findProgram } from "../../process/find-program.ts";
import { runAttached } from "../../process/run-attached.ts";
import type { StackPlan } from "../../stack/plan.ts";
import { findSupervisor, openSession } from "../../supervisor/client.ts";
import { loadEngines } from "../../supervisor/load-engines.ts";
import type { HeldSession } from "../../supervisor/session.ts";
import type { Share } from "../../supervisor/shares.ts";
import { chooseShare, type ShareWish } from "../choose-share.ts";
import { command } from "../command.ts";
import { loadStack } from "../load-stack.ts";

export const connectCommand = command({
  name: "connect",
  summary: "Open a client (psql, redis-cli…) on the data of a worker, or of a failed test",
  usage: "<service> [test] [-- client arguments]",
  description: [
    "Without flags: what all workers share, or the first worker's; where nothing runs, a fresh one for this call.",
    "--failed takes the data that was kept of the last failed test, or of the last one whose name holds `test`.",
    "Passwords go by environment. Without a client on this machine, or with --url, the URL is printed.",
  ],
  options: {
    slot: { type: "number", value: "number", summary: "The data of this worker's slot." },
    failed: {
      type: "boolean",
      summary:
        "The kept data of a failed test; runs leave it with --keep, or beside `shakedown up`.",
    },
    url: { type: "boolean", summary: "Print the URL, with its password, instead." },
  },
  positionals: {
    least: 1,
    most: 2,
    what: "a service and the name of a failed test",
    needs: "a service",
  },
  passesRest: true,
  passesStatus: true,
  async run({ options, positionals: [service = "", test], rest, cwd, environment, terminal }) {
    const plan = await loadStack({ cwd, named: options.stack, environment });
    refuseUnknown(service, plan);
    const wish: ShareWish = {
      service,
      ...(options.slot === undefined ? {} : { slot: options.slot }),
      ...(options.failed === true || test !== undefined ? { failed: test ?? "" } : {}),
    };
    const supervisor = await findSupervisor(plan.file, environment);
    const there = supervisor === undefined ? [] : await supervisor.shares(service);
    const printsUrl = options.url === true || options.json === true;
    if (supervisor === undefined && (printsUrl || wish.failed !== undefined))
      throw nothingRuns(plan, wish);
    const chosen = chooseShare(there, wish);
    // As long as somebody looks at it, it stays.
    await using session = await openSession({
      plan,
      purpose: "connect",
      environment,
      asItIs: true,
    });
    const share = chosen ?? (await borrowed(session, plan, wish));
    const url = share.outputs["url"];
    if (options.json === true) {
      const { slot, kept, client } = share;
      terminal.out(`${JSON.stringify({ service, slot, kept, url, client }, null, 2)}\n`);
      return 0;
    }
    const program = share.client === undefined ? undefined : installed(share.client, environment);
    if (options.url === true || program === undefined || share.client === undefined) {
      if (url === undefined) throw noUrl(service);
      if (supervisor === undefined) throw noClient(service, share);
      // What was made for this call stays for whoever uses the URL.
      if (chosen === undefined && share.slot !== undefined) await session.giveBack(share.slot);
      if (options.url !== true && share.client !== undefined)
        terminal.err(
          `${share.client.programs.join(" and ")} are not installed; this is its URL:\n`,
        );
      terminal.out(`${url}\n`);
      return 0;
    }
    terminal.err(`${terminal.paint("dim", placeText(service, share))}\n`);
    return await runAttached({
      command: program,
      args: [...share.client.args, ...rest],
      cwd,
      env: { ...environment, ...share.client.env },
    });
  },
});

function refuseUnknown(service: string, plan: StackPlan): void {
  const known = plan.services.map(({ name }) => name);
  if (known.includes(service)) return;
  const near = nearest(service, known);
  throw new ShakedownError(
    "SERVICE_UNKNOWN",
    `${plan.file} has no service "${service}"; it has ${known.join(", ")}`,
    near === undefined ? {} : { hint: `Did you mean: shakedown connect ${near}` },
  );
}

function nothingRuns({ file }: StackPlan, { failed }: ShareWish): ShakedownError {
  return new ShakedownError(
    "SERVICE_UNKNOWN",
    failed === undefined
      ? `nothing is running for ${file} whose URL could be told`
      : `nothing is running for ${file}, and the data of failed tests went with it`,
    {
      hint:
        failed === undefined
          ? "Start it: shakedown up"
          : "Run the tests so that it stays: shakedown run --keep",
    },
  );
}

/** A slot that nobody has asked for yet is filled for whoever looks at it. */
async function borrowed(
  session: HeldSession,
  plan: StackPlan,
  { service, slot = 0 }: ShareWish,
): Promise<Share> {
  const lease = await session.borrow({ wish: slot, services: [service] });
  const outputs = lease.services[service]?.outputs ?? {};
  const client = (await loadEngines(plan))(service).clientCommand?.(outputs);
  return { slot: lease.slot, outputs, ...(client === undefined ? {} : { client }) };
}

function installed(
  { programs }: ClientCommand,
  environment: Readonly<Record<string, string>>,
): string | undefined {
  const path = environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin";
  return programs
    .map((program) => findProgram(program, { path, cwd: "/" }))
    .find((file) => file !== undefined);
}

function placeText(service: string, { slot, kept }: Share): string {
  if (kept !== undefined)
    return `${service}, as ${printableLine(kept.reason).replace(/ failed$/, "")} left it`;
  return slot === undefined ? service : `${service} of slot ${slot}`;
}

function noClient(service: string, { client }: Share): ShakedownError {
  const programs = client?.programs.join(" nor ") ?? "a client";
  return new ShakedownError(
    "SERVICE_UNKNOWN",
    client === undefined
      ? `there is no client for ${service}, and nothing is running whose URL could be told`
      : `neither ${programs} is installed, and nothing is running whose URL could be told`,
    { hint: "Start it, and take its URL: shakedown up" },
  );
}

function noUrl(service: string): ShakedownError {
  return new ShakedownError("SERVICE_UNKNOWN", `${service} has neither a client nor a URL`, {
    hint: "See what it tells: shakedown status --json",
  });
}
