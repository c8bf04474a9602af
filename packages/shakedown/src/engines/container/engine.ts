import * as v from "valibot";
import type { JsonValue } from "../../errors/shakedown-error.ts";
import { type ContainerEngine, findEngine } from "../../providers/container/find-engine.ts";
import { imageParts } from "../../providers/container/image-part.ts";
import { type Image, shortDigest } from "../../providers/container/images.ts";
import type { ServicePlan } from "../../stack/plan.ts";
import type { Engine, RunningLease, RunningService, SlotContext, StartContext } from "../engine.ts";
import { optionProblems } from "../option-problems.ts";
import { soundOptions } from "../sound-options.ts";
import { fileFingerprint } from "./fingerprint.ts";
import { imageFor } from "./image-for.ts";
import { type ContainerPlan, optionsSchema } from "./options.ts";
import { containerProblems } from "./problems.ts";
import {
  type StartContainerOptions,
  startContainer,
  type StartedContainer,
} from "./start-container.ts";

const engine: Engine = {
  name: "container",

  async validate(service, stack) {
    const plan = soundOptions(service, optionsSchema);
    return [
      ...optionProblems(service, optionsSchema),
      ...(await containerProblems(service, plan, stack)),
    ];
  },

  fingerprint: (service, stack) =>
    fileFingerprint(soundOptions(service, optionsSchema), stack.root),

  async reuseParts(service, _stack, environment) {
    const { image } = soundOptions(service, optionsSchema);
    return image === undefined ? [] : imageParts(image, environment);
  },

  async start(context) {
    const plan = readOptions(context.service);
    const found = await findEngine(context.environment);
    // Here, where the stack's limit alone counts: a slot is filled while tests wait.
    const { image, built } = await imageFor(context, { plan, engine: found });
    const provider: RunningService["provider"] = {
      kind: "container",
      version: `${image.reference} (${shortDigest(image)})`,
      reason: `${found.title} at ${found.endpoint.url}`,
      passedOver: [],
    };
    const note = built ? { note: "built here" } : {};
    if (context.service.per !== "run") {
      return {
        provider,
        ...note,
        outputs: {},
        control: {},
        lease: (slot) => leaseContainer(context, slot, { engine: found, image }),
        stop: async () => undefined,
      };
    }
    const { outputs, died, stop } = await startContainer({
      context,
      engine: found,
      image,
      plan,
      title: context.service.name,
      log: context.log,
      progress: context.progress,
      signal: context.signal,
    });
    return { provider, ...note, outputs, control: controlOf(plan), died, stop };
  },
};

export default engine;

async function leaseContainer(
  context: StartContext,
  slot: SlotContext,
  source: { readonly engine: ContainerEngine; readonly image: Image },
): Promise<RunningLease> {
  const plan = readOptions(slot.service);
  const options: StartContainerOptions = {
    ...source,
    context,
    plan,
    title: `${slot.service.name} of slot ${slot.slot}`,
    log: context.log.forSlot(slot.slot),
    progress: slot.progress,
    signal: slot.signal,
    slot: slot.slot,
  };
  const toLease = (started: StartedContainer): RunningLease => ({
    outputs: started.outputs,
    control: controlOf(plan),
    died: started.died,
    isAlive: started.isAlive,
    async restart() {
      await started.stop();
      // The signal of the first start is spent: a restart has the ready limit alone.
      const signal = new AbortController().signal;
      return toLease(await startContainer({ ...options, ports: started.ports, signal }));
    },
    release: () => started.stop(),
  });
  return toLease(await startContainer(options));
}

function controlOf({ onReset }: ContainerPlan): Record<string, JsonValue> {
  return { onReset };
}

function readOptions({ options }: ServicePlan): ContainerPlan {
  return v.parse(optionsSchema, options);
}
