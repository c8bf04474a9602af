import { durationText } from "../../kit/duration-text.ts";
import { endSupervisor, type EndedSupervisor } from "../../supervisor/end-supervisor.ts";
import { findSupervisors } from "../../supervisor/find-supervisors.ts";
import { purge, type Purged, refusePurgeWhileUsed } from "../../supervisor/purge.ts";
import { sweepAbandoned } from "../../supervisor/sweep-abandoned.ts";
import { command, type CommandCall } from "../command.ts";
import { locateStack } from "../load-stack.ts";
import { bytesText } from "../render-status.ts";

const downOptions = {
  all: { type: "boolean", summary: "Every stack of yours that runs on this machine." },
  purge: {
    type: "boolean",
    summary: "Also remove caches and temporary data; not while a run uses them.",
  },
  force: { type: "boolean", summary: "With --purge: also while a run uses them." },
} as const;

export const downCommand = command({
  name: "down",
  summary: "Stop the stack's services and remove their data",
  usage: "",
  description: ["Settles when everything is gone. Runs that use the services fail."],
  options: downOptions,
  positionals: { least: 0, most: 0, what: "" },
  async run(call) {
    const { options, environment } = call;
    if (options.all === true) return await downAll(call);
    const stackFile = locateStack({ cwd: call.cwd, named: options.stack });
    if (options.purge === true && options.force !== true)
      await refusePurgeWhileUsed(await findSupervisors(environment), [stackFile]);
    const startedMs = performance.now();
    const ended = await endSupervisor(stackFile, environment, { by: "`shakedown down`" });
    const tookMs = performance.now() - startedMs;
    const purged = options.purge === true ? await purge([stackFile], environment) : undefined;
    if (options.json === true) {
      const { pid, ...rest } = ended ?? { swept: 0 };
      const shown = { stackFile, stopped: pid !== undefined, tookMs: Math.round(tookMs), ...rest };
      call.terminal.out(`${JSON.stringify({ ...shown, ...purgedFacts(purged) })}\n`);
    } else call.terminal.out(`${endText(ended, stackFile, tookMs)}${purgedText(purged)}`);
    return 0;
  },
});

async function downAll({
  options,
  environment,
  terminal,
}: CommandCall<typeof downOptions>): Promise<number> {
  const found = await findSupervisors(environment);
  const stackFiles = found.map(({ stackFile }) => stackFile);
  if (options.purge === true && options.force !== true)
    await refusePurgeWhileUsed(found, stackFiles);
  const stopped = await Promise.all(
    found.map(async ({ pid, stackFile, stop }) => {
      const startedMs = performance.now();
      await stop("`shakedown down --all`");
      const tookMs = Math.round(performance.now() - startedMs);
      if (options.json !== true)
        terminal.out(`Stopped ${stackFile} (pid ${pid}) in ${durationText(tookMs)}.\n`);
      return { pid, stackFile, tookMs };
    }),
  );
  const swept = await sweepAbandoned(environment);
  const purged = options.purge === true ? await purge(stackFiles, environment) : undefined;
  if (options.json === true)
    terminal.out(`${JSON.stringify({ stopped, swept, ...purgedFacts(purged) }, null, 2)}\n`);
  else {
    const nothing = stopped.length === 0 ? "Nothing is running.\n" : "";
    terminal.out(`${nothing}${sweptText(swept)}${purgedText(purged)}`);
  }
  return 0;
}

function purgedFacts(purged: Purged | undefined): object {
  return purged === undefined ? {} : { purged };
}

function purgedText(purged: Purged | undefined): string {
  if (purged === undefined) return "";
  const { bytes, folders } = purged;
  if (bytes === 0) return "There was nothing to purge.\n";
  return `Freed ${bytesText(bytes)} (${bytes} bytes) in\n${folders.map((folder) => `  ${folder}\n`).join("")}`;
}

function sweptText(swept: number): string {
  return swept === 0
    ? ""
    : `Removed what ${swept} killed ${swept === 1 ? "stack" : "stacks"} had left.\n`;
}

function endText(ended: EndedSupervisor | undefined, stackFile: string, tookMs: number): string {
  const { pid, forced, swept } = ended ?? { swept: 0 };
  const lines = [
    ...(pid === undefined ? [`Nothing is running for ${stackFile}.\n`] : []),
    ...(forced === undefined ? [] : [`It was ended by force: ${forced}.\n`]),
    sweptText(swept),
    ...(pid === undefined ? [] : [`Stopped in ${durationText(tookMs)}.\n`]),
  ];
  return lines.join("");
}
