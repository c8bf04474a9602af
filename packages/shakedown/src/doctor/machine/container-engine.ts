import { isShakedownError } from "../../errors/shakedown-error.ts";
import { findEngine } from "../../providers/container/find-engine.ts";
import type { MachineCheck } from "../check.ts";

/** Docker or Podman, and whether this user may use it. Only services that come from nowhere else need one. */
export const checkContainerEngine: MachineCheck = async ({ environment }) => {
  const name = "container engine";
  try {
    const { title, apiVersion, platform } = await findEngine(environment);
    return [{ name, state: "ok", seen: `${title}, API ${apiVersion}, ${platform}` }];
  } catch (error) {
    if (!isShakedownError(error)) throw error;
    // There is one and it refuses us, which somebody wants to know; to have none is nothing to better.
    const isThere = error.code !== "CONTAINER_ENGINE_NONE";
    return [
      {
        name,
        state: isThere ? "advice" : "skipped",
        seen: isThere ? error.message : "none; only services that come from containers need one",
        ...(isThere && error.hint !== undefined ? { remedy: error.hint } : {}),
      },
    ];
  }
};
