import { describe } from "vitest";
import { test } from "../fixtures/stack-test.ts";

const versions = "/api/prompts/analyzer/versions";

describe("prompts", { tags: ["api"] }, () => {
  test("a model has none at first", async ({ api, expect }) => {
    expect((await api.get("/api/prompts/analyzer")).body).toEqual({
      detail: "Prompt of analyzer not found",
    });
    expect((await api.get(versions)).body).toEqual({ versions: [], count: 0 });
  });

  test("a new version takes the place of the one in use", async ({ api, expect }) => {
    await api.post(versions, { system_prompt: "Be careful" });
    const { status, body } = await api.post(versions, { system_prompt: "Be bold", temperature: 1 });

    expect(status).toBe(201);
    expect(body).toMatchObject({ model: "analyzer", version: 2, temperature: 1, is_active: true });
    expect((await api.get("/api/prompts/analyzer")).body).toEqual(body);
    expect((await api.get(versions)).body.versions).toMatchObject([
      { version: 2, is_active: true },
      { version: 1, is_active: false, max_tokens: 2048 },
    ]);
  });

  test("an old version can be taken again", async ({ api, expect }) => {
    for (const system_prompt of ["First", "Second"]) await api.post(versions, { system_prompt });

    await api.post(`${versions}/1/activate`);

    expect((await api.get("/api/prompts/analyzer")).body.system_prompt).toBe("First");
  });

  test("a version that does not exist leaves the one in use", async ({ api, expect }) => {
    await api.post(versions, { system_prompt: "First" });

    const response = await api.post(`${versions}/9/activate`);

    expect(response.status).toBe(404);
    expect((await api.get("/api/prompts/analyzer")).body.version).toBe(1);
  });

  test("models do not share versions", async ({ api, expect }) => {
    await api.post(versions, { system_prompt: "First" });
    const { body } = await api.post("/api/prompts/detector/versions", { system_prompt: "Other" });

    expect(body.version).toBe(1);
    expect((await api.get("/api/prompts/analyzer")).body.is_active).toBe(true);
  });

  test(
    "ten first versions at the same time are numbered, and one is in use",
    { tags: ["concurrency"] },
    async ({ api, db, expect }) => {
      const responses = await Promise.all(
        Array.from({ length: 10 }, (_, index) => api.post(versions, { system_prompt: `${index}` })),
      );

      const numbers = responses.map(({ body }) => Number(body.version));
      expect(numbers.toSorted((one, other) => one - other)).toEqual(
        Array.from({ length: 10 }, (_, index) => index + 1),
      );
      expect(await db.sql`select version from prompt_configs where is_active`).toHaveLength(1);
    },
  );

  test.for([{ system_prompt: "" }, { system_prompt: "x", temperature: 3 }, {}])(
    "%o is refused",
    async (body, { api, expect }) => {
      expect((await api.post(versions, body)).status).toBe(422);
    },
  );
});
