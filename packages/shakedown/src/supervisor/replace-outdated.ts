import { buildId } from "../kit/build-id.ts";
import { packageVersion } from "../kit/package-version.ts";
import { until } from "../kit/until.ts";
import { askSupervisor } from "./ask-supervisor.ts";
import type { SupervisorAddress } from "./ensure-supervisor.ts";
import type { OpenSession, SupervisorStatus } from "./protocol.ts";
import { call, isNobodyThere } from "./wire.ts";

const limitMs = 10_000;

/**
 * Stops a supervisor of another version, or on another Node.js, that only `up` keeps: it would go on running the code that
 * it has loaded. While somebody uses it, it is left alone, and spoken to if it speaks our protocol. Gives what it was told
 * about keeping its services, which its successor is to be told as well.
 */
export async function replaceOutdated({
  socket,
}: SupervisorAddress): Promise<OpenSession["keep"] | undefined> {
  try {
    const there = await askSupervisor(socket);
    if (there === undefined || there.stopping) return undefined;
    const isOurs =
      there.version === packageVersion() &&
      there.build === buildId() &&
      there.node === process.versions.node;
    if (isOurs) return undefined;
    const { sessions, keep, idleMs } = await call<SupervisorStatus>(
      socket,
      { method: "GET", path: "/status" },
      { limitMs },
    );
    if (sessions.length > 0) return undefined;
    const body = { by: `shakedown ${packageVersion()}`, because: "replaced" };
    await call(socket, { method: "POST", path: "/stop", body }, { limitMs });
    await until(async () => (await askSupervisor(socket))?.pid !== there.pid, {
      what: "the supervisor of another version to be gone",
      timeoutMs: 30_000,
      everyMs: 10,
    });
    return keep && idleMs !== undefined ? { idleMs } : undefined;
  } catch (error) {
    // It went between our questions: the next one is on its way.
    if (!isNobodyThere(error)) throw error;
    return undefined;
  }
}
