import { isShakedownError } from "../errors/shakedown-error.ts";
import type { ProviderShown, ServiceEvent } from "../events/run-event.ts";
import { lease } from "../fixtures/lease.ts";
import { durationText } from "../kit/duration-text.ts";
import type { Stack } from "../stack/define-stack.ts";
import { importStackFile } from "../stack/import-stack-file.ts";
import type { StackPlan } from "../stack/plan.ts";
import { openSession } from "../supervisor/client.ts";
import type { CheckResult } from "./check.ts";

/**
 * A sample test against each service, one after the other: it is started, leased, its client connects, and its data is
 * reset, as before a test. Services that were not running stop at the end.
 */
export async function* examineServices(
  plan: StackPlan,
  environment: Readonly<Record<string, string>>,
): AsyncGenerator<CheckResult> {
  const providers = new Map<string, ProviderShown>();
  const { stack } = await importStackFile(plan.file, { env: { ...environment } });
  await using _keptRunning = await openSession({
    plan,
    purpose: "lease",
    environment,
    onEvent: (event) => noteProvider(providers, event),
  });
  for (const { name } of plan.services) {
    try {
      const sample = await sampleTest(stack, name);
      yield* providerResults(name, providers.get(name));
      yield { area: "services", name: `${name}: sample test`, state: "ok", seen: sample };
    } catch (error) {
      yield* providerResults(name, providers.get(name));
      yield failed(name, error);
    }
  }
}

async function sampleTest(stack: Stack, name: string): Promise<string> {
  const startedMs = performance.now();
  await using slot = await lease(stack, { services: [name] });
  const leasedMs = performance.now();
  await slot.reset();
  const resetMs = performance.now();
  return `ready in ${durationText(leasedMs - startedMs)}, reset in ${durationText(resetMs - leasedMs)}`;
}

function noteProvider(providers: Map<string, ProviderShown>, event: ServiceEvent): void {
  if (event.type === "service:ready" && event.provider !== undefined)
    providers.set(event.service, event.provider);
}

function* providerResults(
  service: string,
  provider: ProviderShown | undefined,
): Generator<CheckResult> {
  if (provider === undefined) return;
  const { kind, version, reason, passedOver } = provider;
  yield {
    area: "services",
    name: `${service}: ${kind}`,
    state: "ok",
    seen: `taken: ${version}, ${reason}`,
  };
  for (const rung of passedOver) {
    yield {
      area: "services",
      name: `${service}: ${rung.kind}`,
      state: "skipped",
      seen: rung.reason,
    };
  }
}

function failed(service: string, error: unknown): CheckResult {
  const name = `${service}: sample test`;
  if (!isShakedownError(error))
    return { area: "services", name, state: "failed", seen: String(error) };
  const { message, hint, details } = error;
  const cause = details["cause"];
  return {
    area: "services",
    name,
    state: "failed",
    seen: typeof cause === "string" ? `${message}: ${cause}` : message,
    ...(hint === undefined ? {} : { remedy: hint }),
  };
}
