import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { findProgram } from "../../process/find-program.ts";
import { programParts } from "../../providers/place-parts.ts";
import type { ServicePlan, StackPlan } from "../../stack/plan.ts";
import { fileParts } from "../file-parts.ts";
import { partsOfFolder } from "../folder-parts.ts";
import type { ReusePart } from "../reuse-part.ts";

/** The files of a process: those that its `inputs` name, else the sources in its folder. */
export async function sourceParts(
  { options }: ServicePlan,
  { root }: StackPlan,
  environment: Readonly<Record<string, string>>,
): Promise<readonly ReusePart[]> {
  const { inputs, cwd = ".", inheritEnv } = options;
  const files = Array.isArray(inputs)
    ? await fileParts(
        inputs.map((path) => resolve(root, String(path))),
        { kind: "file", root },
      )
    : partsOfFolder(resolve(root, String(cwd)), root);
  return [
    ...files,
    ...(await programParts(programsOf(options["run"], environment))),
    ...inheritedParts(inheritEnv, environment),
  ];
}

/** A program on PATH; what has a path of its own is among the sources, and `node` is the one that runs us. */
function programsOf(
  run: unknown,
  environment: Readonly<Record<string, string>>,
): readonly string[] {
  const [program] = Array.isArray(run) ? (run as readonly unknown[]) : [];
  if (typeof program !== "string" || program === "node" || program.includes("/")) return [];
  const file = findProgram(program, { path: environment["PATH"] ?? "", cwd: "/" });
  return file === undefined ? [] : [file];
}

function inheritedParts(
  inheritEnv: unknown,
  environment: Readonly<Record<string, string>>,
): ReusePart[] {
  const names = Array.isArray(inheritEnv)
    ? (inheritEnv as readonly string[])
    : inheritEnv === true
      ? Object.keys(environment).filter((name) => !changing.test(name))
      : [];
  return names.map((name) => ({ what: name, hash: hashOf(environment[name]) }));
}

/** Values may be secrets, and what is compared is written down. */
function hashOf(value: string | undefined): string {
  return value === undefined ? "not set" : createHash("sha256").update(value).digest("hex");
}

/** Differs from call to call, and says nothing to a service. */
const changing =
  /^(?:npm_.*|_|SHLVL|PWD|OLDPWD|TERM.*|COLUMNS|LINES|INIT_CWD|SHAKEDOWN_.*|WINDOWID|STY|TMUX.*|SSH_.*)$/;
