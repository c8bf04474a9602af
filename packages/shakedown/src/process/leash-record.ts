import { appendFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { openLeash } from "./leash.ts";

/** What a leash holds, line by line in a file: for whoever finds the dead when its watcher was killed as well. */
export interface LeashRecord {
  add(entry: string): void;
  drop(entry: string): void;
}

/** Nothing is written before `begin`: a file that nobody has claimed would be found by nobody. */
export function openLeashRecord(file: string): LeashRecord & { readonly begin: () => void } {
  let waiting: string[] | undefined = [];
  const append = (line: string): void => {
    if (waiting !== undefined) return void waiting.push(line);
    try {
      appendFileSync(file, `${line}\n`, { mode: 0o600 });
    } catch {
      // A full disk: the watcher knows it all the same.
    }
  };
  return {
    begin() {
      const lines = waiting ?? [];
      waiting = undefined;
      for (const line of lines) append(line);
    },
    add: (entry) => append(`+${entry}`),
    drop: (entry) => append(`-${entry}`),
  };
}

export interface FinishLeashOptions {
  readonly cookie: string;
  /** Numbers of processes mean nothing after the machine was started again. */
  readonly sameBoot: boolean;
}

/** Does what the watcher of a dead leash would have done. */
export async function finishLeash(
  file: string,
  { cookie, sameBoot }: FinishLeashOptions,
): Promise<void> {
  const text = await readFile(file, "utf8").catch(() => ""); // it died before it held anything
  const held = new Set<string>();
  for (const line of text.split("\n").slice(0, -1)) {
    if (line.startsWith("+")) held.add(line.slice(1));
    else held.delete(line.slice(1));
  }
  const entries = [...held].filter((entry) => sameBoot || !entry.startsWith("process "));
  await using leash = openLeash({ cookie, onNote: () => {} });
  await Promise.all(entries.map((entry) => leash.hold(entry)));
}
