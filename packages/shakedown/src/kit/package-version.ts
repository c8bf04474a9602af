import { ownHome } from "./own-module.ts";
import { readFileSync } from "node:fs";

let version: string | undefined;

/** The version of the installed package. */
export function packageVersion(): string {
  version ??= (
    JSON.parse(readFileSync(new URL("../package.json", ownHome), "utf8")) as {
      version: string;
    }
  ).version;
  return version;
}
