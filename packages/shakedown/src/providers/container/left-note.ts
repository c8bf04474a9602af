import { join } from "node:path";
import { cacheFolder } from "../folders.ts";
import type { Endpoint } from "./endpoint.ts";
import { type Owner, ownerText } from "./owner.ts";

/** Says that this supervisor has containers, and where: a file for each supervisor and engine, gone when they are gone. */
export interface LeftNote {
  readonly owner: Owner;
  readonly endpoint: Endpoint;
}

export async function notesFolder(environment: Readonly<Record<string, string>>): Promise<string> {
  return join(await cacheFolder(environment), "containers");
}

export function noteName({ owner, endpoint }: LeftNote): string {
  const name = `${ownerText(owner)} ${endpoint.url}`.replaceAll(/[^\w.-]+/g, "_");
  return `${name}.json`;
}
