import { join } from "node:path";
import { isAlive } from "../process/identity.ts";
import { locateDataFolders } from "../providers/folders.ts";
import { askSupervisor } from "./ask-supervisor.ts";
import { type DataClaim, readClaims } from "./data-claims.ts";
import { endSupervisor } from "./end-supervisor.ts";
import type { SupervisorStatus } from "./protocol.ts";
import { call, isNobodyThere } from "./wire.ts";

/** One of this user's supervisors, of any checkout. */
export interface FoundSupervisor {
  readonly pid: number;
  readonly stackFile: string;
  /** Undefined where it does not answer. */
  status(): Promise<SupervisorStatus | undefined>;
  /** Stops it with everything that it runs; settles when it is gone. */
  stop(by: string): Promise<void>;
}

const limitMs = 3000;

/** All supervisors of this user that run on this machine, by their stack files. */
export async function findSupervisors(
  environment: Readonly<Record<string, string>>,
): Promise<readonly FoundSupervisor[]> {
  const claims = await readClaims(locateDataFolders(environment));
  return claims
    .map(({ claim }) => claim)
    .filter((claim) => isAlive(claim))
    .toSorted((left, right) => (left.stackFile < right.stackFile ? -1 : 1))
    .map((claim) => found(claim, environment));
}

function found(claim: DataClaim, environment: Readonly<Record<string, string>>): FoundSupervisor {
  const { pid, stackFile } = claim;
  // Its own socket: the name that leads to it lies where its environment said, which may not be ours.
  const socket = join(claim.sockets, "control");
  return {
    pid,
    stackFile,
    status: () =>
      call<SupervisorStatus>(socket, { method: "GET", path: "/status" }, { limitMs }).catch(
        () => undefined, // it hangs, or it is on its way out
      ),
    async stop(by) {
      try {
        await call(socket, { method: "POST", path: "/stop", body: { by } }, { limitMs });
        while (isAlive(claim) && (await askSupervisor(socket, limitMs)) !== undefined) await soon();
        while (isAlive(claim)) await soon();
      } catch (error) {
        if (!isNobodyThere(error)) await endSupervisor(stackFile, environment, { by });
      }
    },
  };
}

function soon(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10));
}
