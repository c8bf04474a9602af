import { readFileSync, readdirSync } from "node:fs";

/**
 * The descriptors above 2 that this process got from its parent and that a child of ours would get as well.
 * Node closes those up to 15 itself; a `$(…)`, `make -j` or CI step that reads from a higher one would wait for ever.
 */
export function inheritedDescriptors(): number[] {
  const folder = process.platform === "linux" ? "/proc/self/fd" : "/dev/fd";
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    // No such view on this system: nothing can be said, and macOS closes them by itself.
    return [];
  }
  return names.map(Number).filter((descriptor) => descriptor > 2 && isPassedOn(descriptor));
}

/** The `stdio` entries above `own` that put /dev/null over every inherited descriptor. */
export function coverInherited(
  own: readonly (number | "ignore" | "pipe")[],
  nullDescriptor: number,
): (number | "ignore" | "pipe")[] {
  const stdio = [...own];
  for (const descriptor of inheritedDescriptors()) {
    while (stdio.length <= descriptor) stdio.push("ignore");
    if (descriptor >= own.length) stdio[descriptor] = nullDescriptor;
  }
  return stdio;
}

const closeOnExec = 0o2000000;

function isPassedOn(descriptor: number): boolean {
  if (process.platform !== "linux") return false;
  try {
    const flags =
      /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, "latin1"))?.[1] ??
      "0";
    return (Number.parseInt(flags, 8) & closeOnExec) === 0;
  } catch {
    // The descriptor that listed the folder is closed by now.
    return false;
  }
}
