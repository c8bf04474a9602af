import { expect, test } from "vitest";
import { clientCommand } from "../../../src/engines/redis/client-command.ts";

test("redis-cli gets its password by environment", () => {
  expect(clientCommand({ url: "redis://:s%20cret@127.0.0.1:6380/0" })).toEqual({
    programs: ["redis-cli", "valkey-cli"],
    args: ["-h", "127.0.0.1", "-p", "6380"],
    env: { REDISCLI_AUTH: "s cret" },
  });
  expect(clientCommand({ url: "rediss://me@cache.test/3" })?.args).toEqual([
    "-h",
    "cache.test",
    "-p",
    "6379",
    "--user",
    "me",
    "-n",
    "3",
    "--tls",
  ]);
});
