import { isShakedownError } from "../../errors/shakedown-error.ts";
import { freePorts } from "../../process/free-ports.ts";
import type { ContainerEngine } from "./find-engine.ts";
import type { RunContainerOptions } from "./run-container.ts";

/** Where a server in a container is to listen. */
export interface ServerPlace {
  readonly network: NonNullable<RunContainerOptions["network"]>;
  readonly port: number;
  readonly bind: string;
}

/**
 * Starts a server that can be told its port on this machine's own loopback interface, where the engine has that: more than
 * half of a container's start is the making of a network. Elsewhere, and where that does not work (the port was taken in
 * between; the engine separates users), it gets a network of its own and its usual port.
 */
export async function atBestPlace<Result>(
  engine: Pick<ContainerEngine, "sharesNetwork">,
  usualPort: number,
  start: (place: ServerPlace) => Promise<Result>,
): Promise<Result> {
  const own: ServerPlace = { network: "bridge", port: usualPort, bind: "0.0.0.0" };
  if (!engine.sharesNetwork) return start(own);
  const [port = 0] = await freePorts(1);
  try {
    return await start({ network: "host", port, bind: "127.0.0.1" });
  } catch (error) {
    const isWorthIt =
      isShakedownError(error) && ["PROCESS_EXITED", "START_FAILED"].includes(error.code);
    if (!isWorthIt) throw error;
    return start(own);
  }
}
