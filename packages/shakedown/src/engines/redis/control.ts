import { readFile, writeFile } from "node:fs/promises";
import type { JsonValue } from "../../errors/shakedown-error.ts";
import type { RedisAddress } from "./connection.ts";
import type { KeptKey } from "./snapshot.ts";

/** What the supervisor tells the client of a lease. */
export interface RedisControl {
  readonly address: RedisAddress;
  /** `server`: everything is the slot's. `number`: one database of a shared server. `nothing`: the run's, never reset. */
  readonly own: "server" | "number" | "nothing";
  readonly majorVersion: number;
  /** The keys of the baseline; absent when it is empty. */
  readonly baselineFile?: string;
}

export function toJson(control: RedisControl): Readonly<Record<string, JsonValue>> {
  return { ...control, address: { ...control.address } };
}

export function fromJson(control: Readonly<Record<string, JsonValue>>): RedisControl {
  return control as unknown as RedisControl;
}

export async function writeBaseline(file: string, kept: readonly KeptKey[]): Promise<void> {
  const lines = kept.map(({ key, dump, ...rest }) => ({
    ...rest,
    key: key.toString("base64"),
    dump: dump.toString("base64"),
  }));
  await writeFile(file, JSON.stringify(lines), { mode: 0o600 });
}

export async function readBaseline(file: string | undefined): Promise<KeptKey[]> {
  if (file === undefined) return [];
  const lines = JSON.parse(await readFile(file, "utf8")) as {
    database: number;
    expiresEpochMs: number;
    key: string;
    dump: string;
  }[];
  return lines.map(({ key, dump, ...rest }) => ({
    ...rest,
    key: Buffer.from(key, "base64"),
    dump: Buffer.from(dump, "base64"),
  }));
}
