import { isAlive } from "../../process/identity.ts";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import * as v from "valibot";
import type { JsonValue } from "../../errors/shakedown-error.ts";
import type { Problem, ServicePlan, StackPlan } from "../../stack/plan.ts";
import type { Engine, RunningLease, RunningService, SlotContext, StartContext } from "../engine.ts";
import { optionProblems } from "../option-problems.ts";
import { soundOptions } from "../sound-options.ts";
import { type CommandPlan, optionsSchema } from "./options.ts";
import { sourceParts } from "./source-parts.ts";
import { spawnService, type SpawnedService, type SpawnOptions } from "./spawn-service.ts";

const engine: Engine = {
  name: "command",
  reuseParts: sourceParts,

  async validate(service, stack) {
    const plan = soundOptions(service, optionsSchema);
    return [
      ...optionProblems(service, optionsSchema),
      ...(await folderProblems(service, plan, stack)),
      ...resetProblems(service, plan),
      ...probeProblems(service, plan),
    ];
  },

  async start(context) {
    const plan = readOptions(context.service);
    const provider: RunningService["provider"] = {
      kind: "native",
      version: typeof plan.run === "string" ? plan.run : plan.run.join(" "),
      reason: "the stack's own program",
      passedOver: [],
    };
    if (context.service.per !== "run") {
      return {
        provider,
        outputs: {},
        control: {},
        lease: (slot) => leaseProcess(context, slot),
        stop: async () => undefined,
      };
    }
    const spawned = await spawnService({
      ...shared(context),
      title: context.service.name,
      plan,
      log: context.log,
      progress: context.progress,
      signal: context.signal,
    });
    const { outputs, died, stop } = spawned;
    return { provider, outputs, control: controlOf(spawned, plan), died, stop };
  },
};

export default engine;

async function leaseProcess(context: StartContext, slot: SlotContext): Promise<RunningLease> {
  const plan = readOptions(slot.service);
  const log = context.log.forSlot(slot.slot);
  const options: SpawnOptions = {
    ...shared(context),
    title: `${slot.service.name} of slot ${slot.slot}`,
    plan,
    environment: slot.environment,
    log,
    progress: slot.progress,
    signal: slot.signal,
    slot: slot.slot,
  };
  const toLease = (spawned: SpawnedService): RunningLease => {
    const paused: RunningLease = {
      outputs: spawned.outputs,
      control: controlOf(spawned, plan),
      async restart() {
        await spawned.stop();
        // The signal of the first start is spent: a restart has the ready limit alone.
        return toLease(
          await spawnService({
            ...options,
            ports: spawned.ports,
            signal: new AbortController().signal,
          }),
        );
      },
      release: () => spawned.stop(),
    };
    return {
      ...paused,
      died: spawned.died,
      isAlive: () => isAlive(spawned),
      async pause() {
        await spawned.stop();
        return paused;
      },
    };
  };
  return toLease(await spawnService(options));
}

function shared({
  service,
  stack,
  environment,
  processes,
}: StartContext): Pick<SpawnOptions, "service" | "root" | "environment" | "processes"> {
  return { service: service.name, root: stack.root, environment, processes };
}

function controlOf(
  { pid, startTime }: SpawnedService,
  { onReset }: CommandPlan,
): Record<string, JsonValue> {
  return { pid, startTime, onReset };
}

function readOptions({ options }: ServicePlan): CommandPlan {
  return v.parse(optionsSchema, options);
}

async function folderProblems(
  { name }: ServicePlan,
  { cwd }: CommandPlan,
  { root }: StackPlan,
): Promise<Problem[]> {
  if (cwd.includes("${{")) return [];
  const folder = resolve(root, cwd);
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory() === true) return [];
  return [
    {
      at: `services.${name}.cwd`,
      message: `is not a folder: ${folder}`,
      hint: "Give a folder relative to the stack file",
    },
  ];
}

function resetProblems({ name, per }: ServicePlan, { onReset }: CommandPlan): Problem[] {
  if (per !== "run" || onReset !== "restart") return [];
  return [
    {
      at: `services.${name}.onReset`,
      message: "restarts a process that all workers share after each of their tests",
      hint: 'Give each worker its own: per: "slot"',
    },
  ];
}

function probeProblems({ name }: ServicePlan, { ready, ports }: CommandPlan): Problem[] {
  const at = `services.${name}.ready`;
  const check = (probe: CommandPlan["ready"]): Problem[] => {
    if (probe?.kind === "all") return probe.probes.flatMap(check);
    if (probe?.kind === "log" && !isExpression(probe.source, probe.flags)) {
      return [{ at, message: `/${probe.source}/ is not a regular expression` }];
    }
    const isUnknownPort =
      probe?.kind === "tcp" && !/^\d+$|\$\{\{/.test(probe.port) && !ports.includes(probe.port);
    if (!isUnknownPort) return [];
    return [
      {
        at,
        message: `waits for the port ${probe.port}, which is not asked for`,
        hint: `Add ports: ["${probe.port}"]`,
      },
    ];
  };
  return check(ready);
}

function isExpression(source: string, flags: string): boolean {
  try {
    return new RegExp(source, flags) instanceof RegExp;
  } catch {
    // What makes it throw is the answer.
    return false;
  }
}
