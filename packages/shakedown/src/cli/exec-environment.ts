import { ShakedownError } from "../errors/shakedown-error.ts";
import type { SlotLease } from "../isolation/lease.ts";
import { nearest } from "../kit/nearest.ts";

export interface ExecEnvironmentOptions {
  /** In the order of their numbers; the first is the command's own. */
  readonly slots: readonly SlotLease[];
  /** By service: variables that applications usually read, with the output that stands in them. */
  readonly usual: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** `NAME=service.output`, as they were typed. */
  readonly mappings: readonly string[];
}

/**
 * The variables that tell a command where its services are.
 *
 *   SHAKEDOWN_DB_URL, SHAKEDOWN_DB_HOST…   each output of each service
 *   DATABASE_URL, REDIS_URL…               where only one service gives it
 *   NAME                                   as mapped
 *   SHAKEDOWN_DB_URL_0, _1…, DATABASE_URL_0… of each slot, where there are several
 *
 * @throws ShakedownError `CLI_USAGE`
 */
export function execEnvironment({
  slots,
  usual,
  mappings,
}: ExecEnvironmentOptions): Record<string, string> {
  const parsed = mappings.map(parseMapping);
  const perSlot = slots.map((slot) => ({
    ...ownVariables(slot),
    ...usualVariables(slot, usual),
    ...Object.fromEntries(parsed.map((mapping) => [mapping.name, mapped(slot, mapping)])),
  }));
  const numbered = slots.length < 2 ? [] : perSlot;
  return {
    ...perSlot[0],
    ...Object.fromEntries(
      numbered.flatMap((variables, index) =>
        Object.entries(variables).map(([name, value]) => [`${name}_${index}`, value]),
      ),
    ),
    SHAKEDOWN_SLOT: String(slots[0]?.slot ?? 0),
    ...(slots.length < 2 ? {} : { SHAKEDOWN_SLOTS: JSON.stringify(slots.map(toPlain)) }),
  };
}

function ownVariables({ services }: SlotLease): Record<string, string> {
  return Object.fromEntries(
    Object.entries(services).flatMap(([service, { outputs }]) =>
      Object.entries(outputs).map(([output, value]) => [
        `SHAKEDOWN_${asName(service)}_${asName(output)}`,
        value,
      ]),
    ),
  );
}

/** Two databases would fight for one DATABASE_URL: then none has it. */
function usualVariables(
  { services }: SlotLease,
  usual: ExecEnvironmentOptions["usual"],
): Record<string, string> {
  const found = new Map<string, string[]>();
  for (const [service, { outputs }] of Object.entries(services)) {
    for (const [name, output] of Object.entries(usual[service] ?? {})) {
      const value = outputs[output];
      if (value !== undefined) found.set(name, [...(found.get(name) ?? []), value]);
    }
  }
  return Object.fromEntries(
    [...found].flatMap(([name, values]) =>
      values.length === 1 && values[0] !== undefined ? [[name, values[0]]] : [],
    ),
  );
}

interface Mapping {
  readonly name: string;
  readonly service: string;
  readonly output: string;
  readonly typed: string;
}

function parseMapping(typed: string): Mapping {
  const [, name, service, output] =
    /^([A-Za-z_]\w*)=([A-Za-z_][\w-]*)\.([A-Za-z_][\w.-]*)$/.exec(typed) ?? [];
  if (name !== undefined && service !== undefined && output !== undefined)
    return { name, service, output, typed };
  throw new ShakedownError("CLI_USAGE", `--env ${typed} is not NAME=service.output`, {
    hint: "For example: --env TEST_DATABASE_URL=db.url",
  });
}

function mapped({ services }: SlotLease, { service, output, typed }: Mapping): string {
  const lease = services[service];
  const value = lease?.outputs[output];
  if (value !== undefined) return value;
  const known = lease === undefined ? Object.keys(services) : Object.keys(lease.outputs);
  const near = nearest(lease === undefined ? service : output, known);
  const what = lease === undefined ? `no service ${service}` : `${service} gives no ${output}`;
  throw new ShakedownError("CLI_USAGE", `--env ${typed}: ${what}, but ${known.join(", ")}`, {
    hint: near === undefined ? "Choose one of these" : `Did you mean ${near}?`,
  });
}

function toPlain({ slot, services }: SlotLease): object {
  return {
    slot,
    services: Object.fromEntries(
      Object.entries(services).map(([name, { outputs }]) => [name, outputs]),
    ),
  };
}

function asName(word: string): string {
  return word
    .replaceAll(/([a-z\d])([A-Z])/g, "$1_$2")
    .replaceAll(/[^A-Za-z\d]/g, "_")
    .toUpperCase();
}
