import { randomBytes } from "node:crypto";

/** For a server of one run: nobody has to remember it, and every URL can hold it as it is. */
export function randomPassword(): string {
  return randomBytes(18).toString("base64url");
}
