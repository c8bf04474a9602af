import { createHash } from "node:crypto";
import { delimiter } from "node:path";
import type { ReusePart } from "../engines/reuse-part.ts";
import type { JsonValue } from "../errors/shakedown-error.ts";
import { buildId } from "../kit/build-id.ts";
import { packageVersion } from "../kit/package-version.ts";
import { secretsAmong } from "../kit/redact.ts";
import { providerEnvironment } from "../providers/provider-policy.ts";
import type { ServicePlan, StackPlan } from "../stack/plan.ts";
import type { EngineOf } from "./load-engines.ts";
import type { StackPart } from "./reuse-reasons.ts";

export interface ShapedBy {
  readonly plan: StackPlan;
  readonly environment: Readonly<Record<string, string>>;
}

/** Everything that shapes the services of a stack. What runs is used again only while all of it stays the same. */
export async function reusePartsOf(
  { plan, environment }: ShapedBy,
  engineOf: EngineOf,
): Promise<readonly StackPart[]> {
  const { services, startTimeoutMs } = plan;
  const ofServices = await Promise.all(
    services.map(async (service) => {
      const parts = [
        ...planParts(service),
        ...(await engineParts(service, { plan, environment }, engineOf)),
      ];
      return parts.map((part) => ({ service: service.name, ...part }));
    }),
  );
  return [
    { what: "shakedown", hash: `${packageVersion()} ${buildId()}`, shown: packageVersion() },
    { what: "Node.js", hash: process.versions.node, shown: process.versions.node },
    valuePart("startTimeoutMs", startTimeoutMs),
    ...environmentParts(environment),
    ...ofServices.flat(),
  ];
}

export function reuseKeyOf(parts: readonly StackPart[]): string {
  const compared = parts.map(({ service, what, hash }) => [service ?? null, what, hash]);
  return hashOf(JSON.stringify(compared)).slice(0, 16);
}

/** True when services made from `made` are what `now` asks for: nothing changed but what was open then. */
export function stillFits(made: readonly StackPart[], now: readonly StackPart[]): boolean {
  const nameOf = ({ service, what }: StackPart): string => `${service ?? ""} ${what}`;
  const asked = new Map(now.map((part) => [nameOf(part), part]));
  return (
    made.length === now.length &&
    made.every((part) => {
      const other = asked.get(nameOf(part));
      const isOpen = part.isOpen === true || other?.isOpen === true;
      return other !== undefined && (other.hash === part.hash || isOpen);
    })
  );
}

async function engineParts(
  service: ServicePlan,
  { plan, environment }: ShapedBy,
  engineOf: EngineOf,
): Promise<readonly ReusePart[]> {
  const engine = engineOf(service.name);
  const parts = (await engine.reuseParts?.(service, plan, environment)) ?? [];
  const fingerprint = await engine.fingerprint?.(service, plan);
  return fingerprint === undefined
    ? parts
    : [...parts, { what: "what it is made from", hash: fingerprint }];
}

/** Whatever a plan says of a service, members of later versions included. */
function planParts({ name: _, engine, options, ...others }: ServicePlan): ReusePart[] {
  return [
    { what: "engine", hash: `${engine.name} ${engine.module}`, shown: engine.name },
    ...Object.entries(others).map(([key, value]) => valuePart(key, value)),
    ...Object.entries(options).flatMap(([key, value]) =>
      isObject(value)
        ? Object.entries(value).map(([inner, item]) => valuePart(`${key}.${inner}`, item))
        : [valuePart(key, value)],
    ),
  ];
}

const longestShown = 60;

function valuePart(what: string, value: unknown): ReusePart {
  const text = JSON.stringify(value) ?? "undefined";
  const name = what.slice(what.lastIndexOf(".") + 1);
  const isShown =
    text.length <= longestShown &&
    !text.includes('"$function"') &&
    typeof value !== "object" &&
    secretsAmong({ [name]: value }).length === 0;
  return { what, hash: hashOf(text), ...(isShown ? { shown: text } : {}) };
}

function isObject(value: JsonValue): value is Readonly<Record<string, JsonValue>> {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !("$function" in value)
  );
}

/** What engines read when they look for programs and start them; a stack file's own reads stand in its options. */
const shaping =
  /^(?:PATH|HOME|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|CI|NODE_V8_COVERAGE|NODE_EXTRA_CA_CERTS|SSL_CERT_\w+|VIRTUAL_ENV|JAVA_HOME|XDG_CACHE_HOME|DOCKER_\w+|CONTAINER_\w+|TEST_\w+_URL|SHAKEDOWN_\w+)$/;
/** Said to clients, or by `exec` to its command; no service is made from them. */
const notShaping =
  /^SHAKEDOWN_(?:SESSION|KEEP|IDLE_MINUTES|REQUIRE|SLOTS?|LEASE|.*_(?:URL|HOST|PORT|USER|PASSWORD|DATABASE)(?:_\d+)?)$/;

function environmentParts(environment: Readonly<Record<string, string>>): ReusePart[] {
  const chosen = Object.fromEntries(
    Object.entries(environment).filter(([name]) => shaping.test(name) && !notShaping.test(name)),
  );
  return Object.entries({ ...chosen, ...providerEnvironment(environment) })
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, value]) =>
      name === "PATH" ? { what: name, hash: hashOf(ownPath(value)) } : valuePart(name, value),
    );
}

/** npm puts folders in front for what it runs: the same stack called by `npx`, by a script and by hand is one. */
function ownPath(path: string): string {
  return path
    .split(delimiter)
    .filter((folder) => !/\/node_modules\/(?:\.bin|npm\/|@npmcli\/)/.test(`${folder}/`))
    .join(delimiter);
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 20);
}
