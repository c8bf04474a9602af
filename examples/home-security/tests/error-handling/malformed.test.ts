import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { describe } from "vitest";
import { test } from "../fixtures/stack-test.ts";

const json = { "content-type": "application/json" };

describe("requests that make no sense", { tags: ["error-handling", "api"] }, () => {
  test.for([
    ["nothing", ""],
    ["half of it", '{"name": "Gar'],
    ["a word", "undefined"],
    ["a list", "[]"],
    ["a number", "7"],
    ["null", "null"],
    ["bytes that are no text", Buffer.from([0xff, 0xfe, 0x00])],
    ["brackets without end", "[".repeat(50_000)],
  ] as const)(
    "a body of %s is refused with 422, and the reason has a place",
    async ([, body], { api, expect }) => {
      const response = await api.post("/api/cameras", body, { headers: json });

      expect(response.status).toBe(422);
      expect(response.body.detail[0].loc[0]).toBe("body");
      expect(response.body.detail[0].msg).not.toBe("");
    },
  );

  test("everything that is wrong is told at once, each with its place", async ({ api, expect }) => {
    const { status, body } = await api.post("/api/events", {
      batch_id: "",
      camera_id: 7,
      risk_score: 101,
      detections: [{ file_path: "/1.jpg", object_type: "person", confidence: 2 }],
    });

    expect(status).toBe(422);
    expect(body.detail.map(({ loc }: { loc: unknown[] }) => loc.join("."))).toEqual(
      expect.arrayContaining([
        "body.batch_id",
        "body.camera_id",
        "body.risk_score",
        "body.detections.0.confidence",
      ]),
    );
  });

  test.for([
    "/api/cameras/%E0%A4%A",
    "/api/cameras/%00",
    "/api/cameras/..%2f..%2fetc%2fpasswd",
    "/api/events/99999999999999999999",
    "/api/events/1e1",
    "/api/events?limit=%27;drop%20table%20events",
    "/api/events?start_date=yesterday",
    "/api/events?start_date=2026-02-31T25:00:00Z",
    "/api/alerts/not-a-uuid",
    "/api/nothing/here",
  ])("%s is refused as the caller's mistake", async (path, { api, expect }) => {
    // As it stands: a client that knows URLs would put some of these right.
    const { hostname, port } = new URL(api.url);
    const socket = connect(Number(port), hostname);
    socket.write(`GET ${path} HTTP/1.1\r\nhost: home\r\nconnection: close\r\n\r\n`);

    expect(await text(socket)).toMatch(/^HTTP\/1\.1 4\d\d [^]*"detail":/);
  });

  test("a text with a character that no text may hold is refused with 422", async ({
    api,
    expect,
  }) => {
    const response = await api.post("/api/cameras", { id: "garage", name: "Gar\u0000age" });

    expect([response.status, response.body]).toEqual([
      422,
      { detail: expect.stringContaining("cannot be stored") },
    ]);
  });

  test("a statement in a name is a name", async ({ api, db, expect }) => {
    const name = "'); drop table cameras; --";
    await api.post("/api/cameras", { id: "robert", name });

    expect(await db.sql`select name from cameras`).toEqual([{ name }]);
  });

  test("what is no HTTP at all harms nobody", async ({ api, expect }) => {
    const { hostname, port } = new URL(api.url);
    const socket = connect(Number(port), hostname);
    socket.end("\u0016\u0003\u0001 hello\r\n\r\n");
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 /);

    expect((await api.get("/health")).status).toBe(200);
  });

  test.for(["/ws/events", "//", "/ws/nothing"])(
    "who asks for a WebSocket at %s and goes away harms nobody",
    async (path, { api, expect }) => {
      const { hostname, port } = new URL(api.url);
      for (let times = 0; times < 5; times++) {
        const socket = connect(Number(port), hostname);
        socket.on("error", () => {});
        socket.write(
          `GET ${path} HTTP/1.1\r\nhost: home\r\nconnection: Upgrade\r\nupgrade: websocket\r\n` +
            "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        );
        socket.resetAndDestroy();
      }

      expect((await api.get("/health")).status).toBe(200);
    },
  );
});
