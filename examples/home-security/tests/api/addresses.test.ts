import { describe } from "vitest";
import { test } from "../fixtures/stack-test.ts";

const none = "00000000-0000-4000-8000-000000000000";

// What an id may look like is the application's business: the database must never be the one to complain.
describe("an id of the wrong form", { tags: ["api"] }, () => {
  const serials = ["events/?", "events/?/detections", "detections/?", "detections/?/image"];
  const others = ["audit/?", "ai-audit/events/?"];
  const uuids = ["alerts/?", "alerts/rules/?", "jobs/?", "jobs/?/attempts", "jobs/?/logs"];

  test.for(
    [...serials, ...others].flatMap((path) =>
      ["abc", "-1", "1e3", "99999999999", none].map((id) => path.replace("?", id)),
    ),
  )("/api/%s is a 422", async (path, { api, expect }) => {
    const response = await api.get(`/api/${path}`);

    expect(response.status).toBe(422);
    expect(response.body.detail[0].loc).toEqual(["path", "id"]);
  });

  test.for(
    uuids.flatMap((path) =>
      ["abc", "1", `${none}0`, "%00", "%F0%9F%94%A5"].map((id) => path.replace("?", id)),
    ),
  )("/api/%s is a 422", async (path, { api, expect }) => {
    const response = await api.get(`/api/${path}`);

    expect(response.status).toBe(422);
    expect(response.body.detail[0]).toEqual({ loc: ["path", "id"], msg: "must be a UUID" });
  });

  test.for(["a%00b", "%F0%9F%94%A5", "..%2f..", "x".repeat(5000)])(
    "a camera may not be called so (%#)",
    async (id, { api, expect }) => {
      const response = await api.get(`/api/cameras/${id}`);

      expect([404, 422]).toContain(response.status);
      expect(response.body).toHaveProperty("detail");
    },
  );
});

describe("every area is there", { tags: ["api"] }, () => {
  test.for([
    "/",
    "/health",
    "/api/cameras",
    "/api/detections",
    "/api/detections/stats",
    "/api/events",
    "/api/events/stats",
    "/api/alerts",
    "/api/alerts/rules",
    "/api/ai-audit/stats",
    "/api/audit",
    "/api/audit/stats",
    "/api/jobs",
    "/api/logs",
    "/api/logs/stats",
    "/api/notifications/preferences",
    "/api/notifications/quiet-hours",
    "/api/prompts/analyzer/versions",
    "/api/system/config",
    "/api/system/gpu/history",
    "/api/system/health",
    "/api/system/health/ready",
    "/api/system/stats",
    "/api/system/telemetry",
  ])("GET %s answers with JSON", async (path, { api, expect }) => {
    const response = await api.get(path);

    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toContain("application/json");
  });

  test.for(["PUT", "PATCH", "DELETE"])(
    "%s of a whole list is not there",
    async (method, { api, expect }) => {
      const response = await api.request(method, "/api/cameras", { body: {} });

      expect(response.status).toBe(404);
      expect(response.body).toEqual({ detail: "Not Found" });
    },
  );
});
