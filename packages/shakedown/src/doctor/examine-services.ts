import { diagnose } from "../errors/diagnose.ts";
import { isShakedownError, type JsonValue } from "../errors/shakedown-error.ts";
import type { ProviderShown, ServiceEvent } from "../events/run-event.ts";
import { lease } from "../fixtures/lease.ts";
import { durationText } from "../kit/duration-text.ts";
import { installEngine } from "../providers/install-engine.ts";
import type { SurveyedRung } from "../providers/survey-rungs.ts";
import type { Stack } from "../stack/define-stack.ts";
import { importStackFile } from "../stack/import-stack-file.ts";
import type { StackPlan } from "../stack/plan.ts";
import { openSession } from "../supervisor/client.ts";
import { diagnosed } from "../supervisor/diagnosed.ts";
import { programOf } from "../supervisor/program-of.ts";
import type { SessionClient } from "../supervisor/session.ts";
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
  await using session = await openSession({
    plan,
    purpose: "lease",
    environment,
    onEvent: (event) => noteProvider(providers, event),
  });
  for (const { name } of plan.services) {
    try {
      const sample = await sampleTest(stack, name);
      yield* await ladder(session, name, providers.get(name));
      yield { area: "services", name: `${name}: sample test`, state: "ok", seen: sample };
    } catch (error) {
      yield* await ladder(session, name, providers.get(name));
      yield* notTaken(name, passedOverOf(error));
      const fix = await fixOf(name, error, { plan, environment, stack });
      yield failed(name, await diagnosed(error), fix);
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

/** Every place where the service could come from, those after the one that was taken too. */
async function ladder(
  session: Pick<SessionClient, "providers">,
  service: string,
  provider: ProviderShown | undefined,
): Promise<CheckResult[]> {
  const rungs = await session.providers(service).catch(() => []); // it does not run: its failure tells why
  if (rungs.length > 0) return rungs.map((rung) => rungResult(service, rung));
  if (provider === undefined) return [];
  return [
    rungResult(service, { ...provider, state: "taken" }),
    ...notTaken(service, provider.passedOver),
  ];
}

function notTaken(service: string, passedOver: ProviderShown["passedOver"]): CheckResult[] {
  return passedOver.map((rung) => rungResult(service, { ...rung, state: "no" }));
}

function rungResult(service: string, { kind, state, version, reason }: SurveyedRung): CheckResult {
  const what = version === undefined ? reason : `${version}, ${reason}`;
  return {
    area: "services",
    name: `${service}: ${kind}`,
    state: state === "no" ? "skipped" : "ok",
    seen: { taken: `taken: ${what}`, works: `would work: ${what}`, no: reason }[state],
  };
}

/** Of a service for which nothing was found. */
function passedOverOf(error: unknown): ProviderShown["passedOver"] {
  const passedOver = isShakedownError(error) ? error.details["passedOver"] : undefined;
  return Array.isArray(passedOver)
    ? passedOver.map((rung) => {
        const { kind, reason } = rung as Record<string, JsonValue>;
        return { kind: String(kind), reason: String(reason) };
      })
    : [];
}

function failed(service: string, error: unknown, fix: CheckResult["fix"]): CheckResult {
  const name = `${service}: sample test`;
  if (!isShakedownError(error))
    return { area: "services", name, state: "failed", seen: String(error), ...remedyOf(error) };
  const { message, hint, details } = error;
  const cause = details["cause"];
  const remedy = [hint, fix === undefined ? undefined : "shakedown doctor --fix does it"]
    .filter((line) => line !== undefined)
    .join("\n");
  return {
    area: "services",
    name,
    state: "failed",
    seen: typeof cause === "string" ? `${message}: ${cause}` : message,
    ...(remedy === "" ? {} : { remedy }),
    ...(fix === undefined ? {} : { fix }),
  };
}

/** What a driver or a program says has no remedy of ours, but may be well known. */
function remedyOf(error: unknown): { readonly remedy?: string } {
  const diagnosis = diagnose([String(error)]);
  return diagnosis === undefined ? {} : { remedy: `${diagnosis.says}: ${diagnosis.remedy}` };
}

interface Fixing {
  readonly plan: StackPlan;
  readonly environment: Readonly<Record<string, string>>;
  readonly stack: Stack;
}

/** Nothing was found that the service could come from, and a program of this machine may be taken: that can be brought. */
async function fixOf(
  service: string,
  error: unknown,
  { plan, environment, stack }: Fixing,
): Promise<CheckResult["fix"]> {
  if (!isShakedownError(error) || error.code !== "PROVIDER_NONE") return undefined;
  const engine = await programOf(plan, service, environment);
  if (engine === undefined || engine === "postgres") return undefined; // that one comes from npm, by hand
  return async () => {
    const { outcome, program = "", version = "" } = await installEngine(engine, { environment });
    const what = `${engine} ${version} (${program})`;
    try {
      const sample = await sampleTest(stack, service);
      return `${outcome === "present" ? "found" : "installed"} ${what}; sample test: ${sample}`;
    } catch (still) {
      throw new Error(`with ${what}: ${(still as Error).message}`, { cause: still });
    }
  };
}
