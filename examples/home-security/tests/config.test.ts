import { expect, test } from "vitest";
import { readConfig } from "../src/config.ts";

const urls = { DATABASE_URL: "postgres://localhost/home", REDIS_URL: "redis://localhost" };

test("two URLs are enough: the rest has defaults", () => {
  expect(readConfig(urls)).toEqual({
    databaseUrl: urls.DATABASE_URL,
    databasePoolSize: 5,
    databaseTimeoutMs: 10_000,
    redisUrl: urls.REDIS_URL,
    redisTimeoutMs: 2000,
    host: "127.0.0.1",
    port: 8000,
    eventCacheSeconds: 30,
    apiKeys: [],
    mediaFolder: "/export/foscam",
    admin: false,
    requestLog: true,
    live: expect.objectContaining({ sockets: { idleMs: 300_000, pingMs: 30_000, closeMs: 2000 } }),
  });
});

test("everything that is wrong is told at once", () => {
  const read = () =>
    readConfig({ DATABASE_URL: "mysql://x", PORT: "http", DATABASE_POOL_SIZE: "0" });

  expect(read).toThrow(
    [
      "the configuration is not usable:",
      "  DATABASE_URL: must start with postgres://",
      "  DATABASE_POOL_SIZE: must be a whole number from 1 to 100",
      "  REDIS_URL: is required",
      "  PORT: must be a whole number from 0 to 65535",
    ].join("\n"),
  );
});

test("what runs in the background is all, nothing, or what is named", () => {
  const running = (BACKGROUND?: string) =>
    readConfig({ ...urls, BACKGROUND }).live.background.running;

  expect(running()).toContain("cleanup");
  expect(running("off")).toEqual([]);
  expect(running("batches, health")).toEqual(["batches", "health"]);
  expect(() => running("clean")).toThrow(/BACKGROUND.*must be on, off, or a list of: batches/s);
});
