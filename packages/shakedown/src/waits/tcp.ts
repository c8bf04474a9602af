import { connect } from "node:net";
import type { LookContext, Seen } from "./look.ts";

/** A development server may listen on either of them alone. */
const loopback = ["127.0.0.1", "::1"];

/** Ready once something accepts connections on the port: a name among the asked-for ones, or a number. */
export async function lookAtTcp(
  { port, holdMs = 0 }: { port: string; holdMs?: number },
  { outputs, signal }: LookContext,
): Promise<Seen> {
  const number = Number(outputs[`ports.${port}`] ?? port);
  if (!Number.isInteger(number) || number < 1 || number > 65_535)
    return { ready: false, saw: `${port} is not a port` };
  const answers: string[] = [];
  for (const host of outputs["host"] === undefined ? loopback : [outputs["host"]]) {
    const failure = await tryConnect({ host, port: number, holdMs, signal });
    if (failure === undefined) return { ready: true, outputs: host === "::1" ? { host } : {} };
    answers.push(failure);
  }
  return { ready: false, saw: answers.join(", ") };
}

interface Attempt {
  readonly host: string;
  readonly port: number;
  readonly holdMs: number;
  readonly signal: AbortSignal;
}

function tryConnect({ host, port, holdMs, signal }: Attempt): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 2000, signal });
    const end = (failure?: string): void => {
      socket.destroy();
      resolve(failure);
    };
    socket.once("connect", () => {
      if (holdMs === 0) return end();
      setTimeout(end, holdMs);
      socket.once("close", () => end(`${host}:${port} was closed again at once`));
      socket.resume();
    });
    socket.once("timeout", () => end(`${host}:${port} did not answer in 2000 ms`));
    socket.once("error", (error: NodeJS.ErrnoException) =>
      end(`${host}:${port} ${error.code ?? error.message}`),
    );
  });
}
