import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { describe } from "vitest";
import { WebSocket } from "ws";
import { createApp } from "../src/app.ts";
import { type Config, readConfig } from "../src/config.ts";
import { test } from "./stack-test.ts";

describe("the life of the application", { tags: ["in-process"] }, () => {
  test("its HTTP side answers without listening anywhere", async ({ db, cache, expect }) => {
    await using home = await createApp(configFor({ db, cache }));

    const response = await home.fetch(new Request("http://test/api/cameras"));

    expect(await response.json()).toEqual({ cameras: [], count: 0 });
  });

  test("when it stops, its clients are told with 1001", async ({ db, cache, expect }) => {
    const home = await createApp(configFor({ db, cache }));
    home.server.listen(0, "127.0.0.1");
    await once(home.server, "listening");
    const socket = new WebSocket(
      `ws://127.0.0.1:${(home.server.address() as AddressInfo).port}/ws/events`,
    );
    await once(socket, "open");
    const closed = once(socket, "close");

    await home[Symbol.asyncDispose]();

    expect((await closed)[0]).toBe(1001);
  });

  test("it lets go of its database and its Redis", async ({ db, cache, expect }) => {
    const home = await createApp(configFor({ db, cache }));
    await home.fetch(new Request("http://test/api/events"));
    await home[Symbol.asyncDispose]();

    const response = await home.fetch(new Request("http://test/api/system/health"));

    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      status: "unhealthy",
      services: { database: "unhealthy", redis: "unhealthy" },
    });
  });

  test("it does not start without its Redis", async ({ db, expect }) => {
    const config = configFor({ db, cache: { url: "redis://127.0.0.1:1" } });

    await expect(createApp(config)).rejects.toThrow();
  });
});

function configFor({ db, cache }: { db: { url: string }; cache: { url: string } }): Config {
  return readConfig({
    DATABASE_URL: db.url,
    REDIS_URL: cache.url,
    BACKGROUND: "off",
    REQUEST_LOG: "off",
  });
}
