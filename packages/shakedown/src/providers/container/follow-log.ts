import type { IncomingMessage } from "node:http";
import type { ServiceLog } from "../../engines/engine.ts";
import { splitLines } from "../../process/line-splitter.ts";
import type { EngineApi } from "./engine-api.ts";

export interface FollowedLog {
  /** Settles with the last line, shortly after the container's end. */
  readonly ended: Promise<unknown>;
  close(): void;
}

/** Writes a container's output into the service's log, from its first line on. */
export function followLog(api: EngineApi, id: string, log: ServiceLog): FollowedLog {
  const stop = new AbortController();
  let answer: IncomingMessage | undefined;
  const ended = (async () => {
    answer = await api.stream("GET", `/containers/${id}/logs`, {
      query: { follow: "1", stdout: "1", stderr: "1" },
      signal: stop.signal,
      timeoutMs: 0,
    });
    const out = splitLines((line) => log.write("out", line));
    const err = splitLines((line) => log.write("err", line));
    await readFrames(answer, (stream, bytes) => (stream === 2 ? err : out).push(bytes));
    out.flush();
    err.flush();
  })().catch((error: unknown) => {
    if (!stop.signal.aborted)
      log.write("shakedown", `the container's log ends here: ${(error as Error).message}`);
  });
  return {
    ended,
    close() {
      stop.abort();
      answer?.destroy();
    },
  };
}

/** The engine's framing of both outputs in one stream: a byte for which, three of nothing, four for the length. */
export async function readFrames(
  answer: AsyncIterable<Buffer>,
  onBytes: (stream: number, bytes: Buffer) => void,
): Promise<void> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of answer) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= 8) {
      const length = rest.readUInt32BE(4);
      if (rest.length < 8 + length) break;
      onBytes(rest[0] ?? 1, rest.subarray(8, 8 + length));
      rest = rest.subarray(8 + length);
    }
  }
}
