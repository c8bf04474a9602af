import { readFileSync } from "node:fs";
import { isSource, ownHome } from "./own-module.ts";

let id: string | undefined;

/** Tells two builds of one version apart; empty where the sources run. */
export function buildId(): string {
  id ??= isSource ? "" : readFileSync(new URL("build-id", ownHome), "utf8").trim();
  return id;
}
