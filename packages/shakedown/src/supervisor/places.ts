import { createHash } from "node:crypto";
import { basename, dirname, join } from "node:path";

/** Where one stack's supervisor keeps what it leaves in the checkout. */
export interface Places {
  readonly stackFile: string;
  /** `.shakedown` beside the stack file; git-ignored by a file of its own. */
  readonly state: string;
  readonly logs: string;
  /** What happened to services behind the back of workers. */
  readonly changes: string;
  /** The supervisor's own output. */
  readonly supervisorLog: string;
  /** Which engines the stack had the last time. */
  readonly enginesFile: string;
  /** 10 hex digits that stand for the checkout and the stack file in names of sockets and folders. */
  readonly key: string;
}

export function placesOf(stackFile: string): Places {
  const state = join(dirname(stackFile), ".shakedown");
  const own = join(state, "stacks", basename(stackFile).replace(/\.stack\.\w+$/, ""));
  return {
    stackFile,
    state,
    logs: join(own, "logs"),
    changes: join(own, "changes"),
    supervisorLog: join(own, "supervisor.log"),
    enginesFile: join(own, "engines.json"),
    key: createHash("sha256").update(stackFile).digest("hex").slice(0, 10),
  };
}
