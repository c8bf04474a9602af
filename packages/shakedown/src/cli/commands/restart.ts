import { durationText } from "../../kit/duration-text.ts";
import { ShakedownError } from "../../errors/shakedown-error.ts";
import { nearest } from "../../kit/nearest.ts";
import { findSupervisor } from "../../supervisor/client.ts";
import type { ServiceActed } from "../../supervisor/protocol.ts";
import { command } from "../command.ts";
import { locateStack } from "../load-stack.ts";

export const restartCommand = command({
  name: "restart",
  summary: "Restart a service that runs, for everybody who uses it",
  usage: "<service>",
  description: [
    "What all workers share comes back as at the beginning of a run, and what needs it with it; its data is fresh.",
    "A process that each worker has of its own is restarted in each slot, and keeps its data and its port.",
  ],
  options: {
    slot: { type: "number", value: "number", summary: "Only the process of this worker's slot." },
  },
  positionals: { least: 1, most: 1, what: "one service" },
  async run({ options, positionals: [service = ""], cwd, environment, terminal }) {
    const startedMs = performance.now();
    const stackFile = locateStack({ cwd, named: options.stack });
    const supervisor = await findSupervisor(stackFile, environment);
    if (supervisor === undefined) {
      throw new ShakedownError("SERVICE_UNKNOWN", `nothing is running for ${stackFile}`, {
        hint: "Start it: shakedown up",
      });
    }
    const names = (await supervisor.status()).services.map(({ name }) => name);
    if (names.length > 0 && !names.includes(service)) throw unknown(service, names);
    const acted = await supervisor.act(service, "restart", options.slot);
    const tookMs = performance.now() - startedMs;
    if (options.json === true)
      terminal.out(`${JSON.stringify({ stackFile, tookMs: Math.round(tookMs), ...acted })}\n`);
    else terminal.out(`${actedText(service, acted)} (${durationText(tookMs)}).\n`);
    return 0;
  },
});

function unknown(service: string, names: readonly string[]): ShakedownError {
  const near = nearest(service, names);
  return new ShakedownError(
    "SERVICE_UNKNOWN",
    `the stack has no service "${service}"; it has ${names.join(", ")}`,
    near === undefined ? {} : { hint: `Did you mean: shakedown restart ${near}` },
  );
}

function actedText(service: string, { services, slots, data }: ServiceActed): string {
  const others = services.filter((name) => name !== service);
  const along = others.length === 0 ? "" : `, with ${others.join(", ")}`;
  const where = slots.length === 0 ? "" : ` in ${slots.map((slot) => `slot ${slot}`).join(", ")}`;
  return `Restarted ${service}${where}${along}; ${data === "kept" ? "its data is kept" : "its data is fresh"}`;
}
