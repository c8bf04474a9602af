import { diagnose } from "../errors/diagnose.ts";
import { isShakedownError, type JsonValue, ShakedownError } from "../errors/shakedown-error.ts";
import { findPortHolder } from "../process/port-holder.ts";

/** Adds to a failure what a person would find out next: its well-known cause, who holds the port, what to do. */
export async function diagnosed<Thrown>(error: Thrown): Promise<Thrown | ShakedownError> {
  if (!isShakedownError(error) || "cause" in error.details) return error;
  // Of what the container engine could not reach the error says more than a guess about a program's URLs.
  if (error.code === "IMAGE_MISSING") return error;
  const diagnosis = diagnose([...evidence(error.details), error.message]);
  if (diagnosis === undefined) return error;
  const { kind, says, remedy, port } = diagnosis;
  // Left out where it cannot be looked up: the failure is told all the same.
  const holder =
    kind === "port-in-use" && port !== undefined
      ? await findPortHolder(port).catch(() => undefined)
      : undefined;
  return new ShakedownError(error.code, error.message, {
    details: {
      ...error.details,
      diagnosis: kind,
      cause: says,
      ...(holder === undefined ? {} : { heldBy: `pid ${holder.pid}: ${holder.command}` }),
    },
    hint: error.hint === undefined ? remedy : `${remedy}\n${error.hint}`,
    cause: error,
  });
}

/** The lines that a program printed, newest last; ours are in the message. */
function evidence(details: Readonly<Record<string, JsonValue>>): string[] {
  return [details["logTail"], details["output"], details["lastSeen"]]
    .flat()
    .filter((line): line is string => typeof line === "string");
}
