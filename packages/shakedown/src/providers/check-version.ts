import { ShakedownError } from "../errors/shakedown-error.ts";
import type { OnOtherVersion } from "./provider-words.ts";
import type { VersionWish } from "./version-wish.ts";

export interface VersionCheck {
  readonly service: string;
  /** "the server of the image postgres:17" */
  readonly what: string;
  /** "17.2" */
  readonly version: string;
  readonly wish: VersionWish;
  readonly onOtherVersion: OnOtherVersion;
}

/**
 * For providers that tell their version only when they run, such as images. Gives a warning, where one is due.
 *
 * @throws ShakedownError `PROVIDER_NONE` for another version than the stack asks for
 */
export function checkVersion({
  service,
  what,
  version,
  wish,
  onOtherVersion,
}: VersionCheck): string | undefined {
  if (wish.accepts(version)) return undefined;
  const told = `${what} is version ${version}, not ${wish.text}`;
  if (onOtherVersion === "warn") return `warning: ${told}`;
  throw new ShakedownError("PROVIDER_NONE", `${service}: ${told}`, {
    hint: 'Name an image of that version, correct version, or take what is there: onOtherVersion: "warn"',
  });
}
