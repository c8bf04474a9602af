import { describe } from "vitest";
import { test } from "../fixtures/stack-test.ts";

// `strict` is the application with API_KEYS in its environment; `api` has none.
describe("where keys are asked for", { tags: ["api"] }, () => {
  test.for([
    { what: "without a key", headers: {}, detail: "The header X-API-Key is missing" },
    {
      what: "with a wrong key",
      headers: { "x-api-key": "test-api-key-12346" },
      detail: "The API key is not valid",
    },
    {
      what: "with the beginning of a key",
      headers: { "x-api-key": "test-api-key" },
      detail: "The API key is not valid",
    },
    { what: "with an empty key", headers: { "x-api-key": "" }, detail: "The API key is not valid" },
    {
      what: "with the key elsewhere",
      headers: { authorization: "Bearer test-api-key-12345" },
      detail: "The header X-API-Key is missing",
    },
  ])("nobody comes in $what", async ({ headers, detail }, { strict, expect }) => {
    const response = await strict.get("/api/cameras", { headers });

    expect(response.status).toBe(401);
    expect(response.body).toEqual({ detail });
  });

  test.for(["test-api-key-12345", "another-key"])(
    "%s opens the door",
    async (key, { strict, expect }) => {
      const response = await strict.get("/api/cameras", { headers: { "x-api-key": key } });

      expect(response.status).toBe(200);
    },
  );

  test.for(["/", "/health", "/api/system/health", "/api/system/health/ready"])(
    "%s is open: probes have no key",
    async (path, { strict, expect }) => {
      expect((await strict.get(path)).status).toBe(200);
    },
  );

  test("what is changed without a key is not changed", async ({ strict, db, expect }) => {
    const response = await strict.post("/api/cameras", { name: "Front door" });

    expect(response.status).toBe(401);
    expect(await db.sql`select id from cameras`).toEqual([]);
  });

  test("a path that does not exist asks for a key as well", async ({ strict, expect }) => {
    expect((await strict.get("/api/nothing-here")).status).toBe(401);
  });

  test("the audit log knows keys apart without knowing them", async ({ strict, expect }) => {
    for (const key of ["test-api-key-12345", "another-key"])
      await strict.with({ "x-api-key": key }).post("/api/cameras", { name: key });

    const { entries } = (await strict.with({ "x-api-key": "another-key" }).get("/api/audit")).body;

    const actors = entries.map(({ actor }: { actor: string }) => actor);
    expect(new Set(actors).size).toBe(2);
    for (const actor of actors) expect(actor).toMatch(/^key:[\da-f]{16}$/);
  });
});

describe("where no keys are asked for", { tags: ["api"] }, () => {
  test("everybody comes in, with whatever key", async ({ api, expect }) => {
    expect((await api.get("/api/cameras")).status).toBe(200);
    expect((await api.get("/api/cameras", { headers: { "x-api-key": "any" } })).status).toBe(200);
  });
});
