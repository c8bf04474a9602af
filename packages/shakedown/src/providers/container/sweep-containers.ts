import { setTimeout as sleep } from "node:timers/promises";
import { ApiFailure, type EngineApi, openEngineApi } from "./engine-api.ts";
import type { Endpoint } from "./endpoint.ts";
import { isLeftBehind, type Owner, ownerLabel, ownerText } from "./owner.ts";

interface Listed {
  readonly Id: string;
  readonly Labels: Readonly<Record<string, string>>;
}

/** A start that was on its way in the engine when its supervisor died shows within these moments. */
export const looksAfterDeathMs: readonly number[] = [0, 150, 250, 400];

/** Removes all containers of a supervisor that is dead. @throws when the engine does not answer */
export async function removeOwned(
  endpoint: Endpoint,
  owner: Owner,
  looksAfterMs: readonly number[] = [0],
): Promise<void> {
  using api = openEngineApi(endpoint);
  for (const pauseMs of looksAfterMs) {
    await sleep(pauseMs);
    const found = await listContainers(api, `${ownerLabel}=${ownerText(owner)}`);
    await Promise.all(found.map(({ Id }) => removeContainer(api, Id)));
  }
}

/** Removes from an engine what carries our labels and belongs to nobody any more, whoever's it was. */
export async function sweepEngine(api: EngineApi): Promise<number> {
  const left = (await listContainers(api, ownerLabel)).filter(({ Labels }) => isLeftBehind(Labels));
  await Promise.all(left.map(({ Id }) => removeContainer(api, Id)));
  return left.length;
}

async function listContainers(api: EngineApi, label: string): Promise<readonly Listed[]> {
  const filters = JSON.stringify({ label: [label] });
  return (await api.ask("GET", "/containers/json", {
    query: { all: "1", filters },
    timeoutMs: 10_000,
  })) as readonly Listed[];
}

async function removeContainer(api: EngineApi, id: string): Promise<void> {
  try {
    await api.ask("DELETE", `/containers/${id}`, { query: { force: "1", v: "1" } });
  } catch (error) {
    // Gone already, or somebody else is removing it.
    if (error instanceof ApiFailure && [404, 409].includes(error.status)) return;
    throw error;
  }
}
