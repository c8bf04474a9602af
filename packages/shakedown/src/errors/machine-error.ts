import { diagnose } from "./diagnose.ts";
import { isShakedownError, ShakedownError } from "./shakedown-error.ts";

/** What the operating system refuses is no bug of anybody: a full disk, a limit, a folder that is not ours to write to. */
export function asMachineError(error: unknown): unknown {
  if (isShakedownError(error) || !(error instanceof Error)) return error;
  const { code, path } = error as NodeJS.ErrnoException;
  if (code === undefined || !refusals.has(code)) return error;
  const diagnosis = diagnose([`${code} ${error.message}`]);
  return new ShakedownError("MACHINE_LIMIT", `the operating system refused: ${error.message}`, {
    ...(path === undefined ? {} : { details: { path } }),
    hint: diagnosis?.remedy ?? "See what this machine lacks: shakedown doctor",
    cause: error,
  });
}

const refusals: ReadonlySet<string> = new Set([
  "EACCES",
  "EDQUOT",
  "EMFILE",
  "ENFILE",
  "ENOMEM",
  "ENOSPC",
  "EPERM",
  "EROFS",
]);
