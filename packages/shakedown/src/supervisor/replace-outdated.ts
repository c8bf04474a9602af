import { buildId } from "../kit/build-id.ts";
import { packageVersion } from "../kit/package-version.ts";
import { until } from "../kit/until.ts";
import { askSupervisor } from "./ask-supervisor.ts";
import type { SupervisorAddress } from "./ensure-supervisor.ts";
import type { SupervisorStatus } from "./protocol.ts";
import { call, isNobodyThere } from "./wire.ts";

const limitMs = 10_000;

/**
 * Stops a supervisor of another version, or on another Node.js, that only `up` keeps: it would go on running the code that
 * it has loaded. While somebody uses it, it is left alone, and spoken to if it speaks our protocol.
 */
export async function replaceOutdated({ socket }: SupervisorAddress): Promise<void> {
  try {
    const there = await askSupervisor(socket);
    if (there === undefined || there.stopping) return;
    const isOurs =
      there.version === packageVersion() &&
      there.build === buildId() &&
      there.node === process.versions.node;
    if (isOurs) return;
    const { sessions } = await call<SupervisorStatus>(
      socket,
      { method: "GET", path: "/status" },
      { limitMs },
    );
    if (sessions.length > 0) return;
    const body = { by: `shakedown ${packageVersion()}`, because: "replaced" };
    await call(socket, { method: "POST", path: "/stop", body }, { limitMs });
    await until(async () => (await askSupervisor(socket))?.pid !== there.pid, {
      what: "the supervisor of another version to be gone",
      timeoutMs: 30_000,
      everyMs: 10,
    });
  } catch (error) {
    // It went between our questions: the next one is on its way.
    if (!isNobodyThere(error)) throw error;
  }
}
