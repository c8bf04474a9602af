import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CheckResult, MachineCheck } from "../check.ts";

const mostSkewMs = 2000;

export const checkLocaleAndClock: MachineCheck = async ({ environment }) => [
  locale(environment),
  await clock(),
];

function locale(environment: Readonly<Record<string, string>>): Omit<CheckResult, "area"> {
  const chosen = environment["LC_ALL"] || environment["LC_CTYPE"] || environment["LANG"] || "";
  const name = "locale";
  if (/utf-?8/i.test(chosen)) return { name, state: "ok", seen: chosen };
  return {
    name,
    state: "advice",
    seen: chosen === "" ? "none is set" : chosen,
    needed:
      "UTF-8, or programs of the stack may garble what is not ASCII (our databases are UTF-8 in any case)",
    remedy: "export LANG=C.UTF-8",
  };
}

/** Caches and leases go by the clock; a disk on another machine may have another one. */
async function clock(): Promise<Omit<CheckResult, "area">> {
  const folder = await mkdtemp(join(tmpdir(), "shakedown-clock-"));
  try {
    const file = join(folder, "now");
    await writeFile(file, "");
    const { mtimeMs } = await stat(file);
    const skewMs = Math.round(mtimeMs - Date.now());
    const own = await stat(new URL(import.meta.url));
    const name = "clock";
    const seen = new Date().toISOString();
    if (Math.abs(skewMs) > mostSkewMs) {
      return {
        name,
        state: "advice",
        seen: `${seen}; files get a time ${skewMs} ms away`,
        needed: "one time for processes and files",
        remedy: "Synchronise the clock (chrony, ntp), or of the machine that the disk belongs to",
      };
    }
    if (Date.now() < own.mtimeMs - 24 * 3_600_000) {
      return {
        name,
        state: "advice",
        seen: `${seen}, before this package was installed`,
        needed: "the right time: certificates and caches go by it",
        remedy: "Synchronise the clock: chronyc makestep",
      };
    }
    return { name, state: "ok", seen };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
