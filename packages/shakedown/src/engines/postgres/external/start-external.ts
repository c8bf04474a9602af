import { ShakedownError } from "../../../errors/shakedown-error.ts";
import type { RunningService, StartContext } from "../../engine.ts";
import type { ParsedOptions } from "../options.ts";

export function startExternal(
  context: StartContext,
  _options: ParsedOptions & { readonly url: string },
): Promise<RunningService> {
  return Promise.reject(
    new ShakedownError("START_FAILED", `${context.service.name}: url is not supported yet`),
  );
}
