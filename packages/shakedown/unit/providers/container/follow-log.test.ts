import { expect, test } from "vitest";
import { readFrames } from "../../../src/providers/container/follow-log.ts";

function frame(stream: number, text: string): Buffer {
  const head = Buffer.alloc(8);
  head[0] = stream;
  head.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([head, Buffer.from(text)]);
}

test("both outputs are read from one stream, wherever its chunks begin and end", async () => {
  const all = Buffer.concat([
    frame(1, "héllo\n"),
    frame(2, ""),
    frame(2, "problem"),
    frame(1, "end"),
  ]);
  for (const size of [1, 3, 8, 11, all.length]) {
    const seen: [number, string][] = [];
    const chunks = async function* (): AsyncGenerator<Buffer> {
      for (let at = 0; at < all.length; at += size) yield all.subarray(at, at + size);
    };
    await readFrames(chunks(), (stream, bytes) => seen.push([stream, bytes.toString()]));
    expect(seen).toEqual([
      [1, "héllo\n"],
      [2, ""],
      [2, "problem"],
      [1, "end"],
    ]);
  }
});
