import { describe } from "vitest";
import { cameraFactory } from "../tests/fixtures/factories.ts";
import { test } from "./stack-test.ts";

describe("the application in this process", { tags: ["in-process"] }, () => {
  test("it runs here", async ({ api, expect }) => {
    const before = process.hrtime.bigint();
    const { body } = await api.get("/api/system/health");

    expect(body.status).toBe("healthy");
    expect(process.hrtime.bigint()).toBeGreaterThan(before);
  });

  test.for(["first", "second"])(
    "its tables are clean, the %s time",
    async (_, { api, db, expect }) => {
      expect((await api.get("/api/cameras")).body.count).toBe(0);
      await cameraFactory.create({ db }, { id: "front_door" });

      expect((await api.get("/api/cameras/front_door")).status).toBe(200);
    },
  );

  test("it answers and broadcasts as it does in a process of its own", async ({ api, expect }) => {
    await using socket = await api.connect("/ws/events");
    socket.send({ type: "subscribe", channel: "cameras" });
    await socket.next(({ type }) => type === "subscribed");

    const response = await api.post("/api/cameras", { name: "Front door" });

    expect(response.status).toBe(201);
    expect(await socket.next()).toEqual({ type: "camera", data: response.body });
  });

  test("a WebSocket that says nothing is closed with 1000", async ({ api, expect }) => {
    await using socket = await api.connect("/ws/events");

    expect(await socket.closed).toEqual({ code: 1000, reason: "idle" });
  });
});
