import { createHash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { isAlive, ownIdentity, type ProcessIdentity } from "../../process/identity.ts";

/** Who has started a container; told by its labels, so that anybody can find out whether it is still needed. */
export interface Owner extends ProcessIdentity {
  /** Stands for the machine and its space of process numbers. */
  readonly host: string;
  /** Another one after each start of the machine. */
  readonly boot: string;
}

export const ownerLabel = "shakedown.owner";
export const expiryLabel = "shakedown.expires";

/** After this, what cannot be looked at from here (another machine's process, another container's) counts as left behind. */
const lifeMs = 24 * 60 * 60 * 1000;

export function ownOwner(): Owner {
  own ??= { ...ownIdentity(), host: hostKey(), boot: bootId() };
  return own;
}

let own: Owner | undefined;

/** The value of the label: host, boot, pid and start time. */
export function ownerText({ host, boot, pid, startTime }: Owner): string {
  return [host, boot, String(pid), startTime].join("/");
}

export function parseOwner(text: string): Owner | undefined {
  const [host, boot, pid, startTime] = text.split("/");
  if (host === undefined || boot === undefined || startTime === undefined) return undefined;
  return { host, boot, pid: Number(pid), startTime };
}

export function expiryText(nowMs = Date.now()): string {
  return new Date(nowMs + lifeMs).toISOString();
}

/** Whether nobody can need it any more. An owner whom we cannot look at gets until the expiry. */
export function isLeftBehind(labels: Readonly<Record<string, string>>, self = ownOwner()): boolean {
  const owner = parseOwner(labels[ownerLabel] ?? "");
  if (owner !== undefined && owner.host === self.host) {
    return owner.boot !== self.boot || !isAlive(owner);
  }
  const expires = Date.parse(labels[expiryLabel] ?? "");
  return Number.isNaN(expires) || expires < Date.now();
}

/** Two containers may share an engine and a kernel, and each has its own process 7. */
function hostKey(): string {
  const parts = [hostname(), firstOf(["/etc/machine-id"]), pidNamespace()];
  return createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 12);
}

function bootId(): string {
  return createHash("sha256")
    .update(firstOf(["/proc/sys/kernel/random/boot_id"]))
    .digest("hex")
    .slice(0, 12);
}

function pidNamespace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return ""; // not Linux: there is one
  }
}

function firstOf(files: readonly string[]): string {
  for (const file of files) {
    try {
      return readFileSync(file, "utf8").trim();
    } catch {
      // Not Linux, or a minimal container: told apart by the rest.
    }
  }
  return "";
}
