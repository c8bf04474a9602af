import { expect, test } from "vitest";
import { encodeCommand, readReplies, type Reply } from "../../../src/engines/redis/resp.ts";

function read(chunks: readonly Buffer[]): Reply[] {
  const replies: Reply[] = [];
  const reader = readReplies((reply) => replies.push(reply));
  for (const chunk of chunks) reader.push(chunk);
  return replies;
}

test("replies are whole however the bytes arrive", () => {
  const bytes = Buffer.from(
    "+OK\r\n:42\r\n$-1\r\n$5\r\na\r\nbc\r\n*2\r\n$1\r\nx\r\n*-1\r\n-ERR no\r\n",
  );
  const wanted = [
    "OK",
    42,
    null,
    Buffer.from("a\r\nbc"),
    [Buffer.from("x"), null],
    new Error("ERR no"),
  ];
  expect(read([bytes])).toEqual(wanted);
  expect(read(Array.from(bytes, (byte) => Buffer.of(byte)))).toEqual(wanted);
});

test("a command is a list of byte strings", () => {
  expect(encodeCommand(["SET", "größe", Buffer.of(0, 13), 7]).toString("latin1")).toBe(
    `*4\r\n$3\r\nSET\r\n$7\r\n${Buffer.from("größe").toString("latin1")}\r\n$2\r\n\0\r\r\n$1\r\n7\r\n`,
  );
});
