import { until } from "shakedown";
import { describe } from "vitest";
import { answeringServer } from "../fixtures/answering-server.ts";
import { cameraFactory } from "../fixtures/factories.ts";
import { test as ownAppTest } from "../fixtures/own-app-test.ts";

const assessment = { risk_score: 71, summary: "A stranger", reasoning: "It is late" };

/** The application with a model's server that the test can break. */
const test = ownAppTest
  .extend("model", async ({ task: _ }, { onCleanup }) => {
    const server = await answeringServer({ body: assessment });
    onCleanup(() => server[Symbol.asyncDispose]());
    return server;
  })
  .extend("settings", {} as Readonly<Record<string, string>>)
  .extend("app", ({ start, model, settings }) =>
    start({
      ANALYZER_URL: model.url,
      ...settings,
      BREAKER_FAILURES: "2",
      BREAKER_OPEN_MS: "60000",
      BACKGROUND: "batches",
      BATCH_IDLE_MS: "1",
      BATCH_SWEEP_MS: "2",
    }),
  )
  .extend("eventFrom", async ({ app, db }) => {
    const { id } = await cameraFactory.create({ db });
    const told = await app.listen<typeof assessment>("events");
    return async (picture: string) => {
      const before = told.length;
      await app.post("/api/pipeline/detections", {
        camera_id: id,
        file_path: picture,
        object_type: "dog",
        confidence: 0.9,
      });
      return await until(async () => told[before]?.data, { what: "the event", everyMs: 5 });
    };
  })
  .extend("breaker", ({ app }) => async () => {
    const { body } = await app.get("/api/system/circuit-breakers");
    return body.circuit_breakers.find(({ name }: { name: string }) => name === "analyzer");
  });

describe("a model that is away", { tags: ["error-handling", "pipeline"] }, () => {
  test("while it answers, its judgement is the event's", async ({ eventFrom, breaker, expect }) => {
    expect(await eventFrom("/1.jpg")).toMatchObject(assessment);
    expect(await breaker()).toMatchObject({ state: "closed", calls: 1, failures: 0 });
  });

  test.for([{ status: 500, body: "" }, { body: { risk_score: "high" } }, "hang up"] as const)(
    "when it answers with %j, rules judge in its place, and no event is lost",
    async (answer, { model, eventFrom, breaker, expect }) => {
      model.answerWith(answer);

      expect(await eventFrom("/1.jpg")).toMatchObject({ risk_score: 9 });
      expect(await breaker()).toMatchObject({ state: "closed", failures: 1 });
    },
  );

  describe("that has little time", () => {
    test.override({ settings: { AI_TIMEOUT_MS: "50" } });

    test("no answer in time is a failure like others", async ({
      model,
      eventFrom,
      breaker,
      expect,
    }) => {
      model.answerWith("silence");

      expect(await eventFrom("/1.jpg")).toMatchObject({ risk_score: 9 });
      expect(await breaker()).toMatchObject({ state: "closed", failures: 1 });
    });
  });

  test("after a few failures it is left in peace; that can be seen over HTTP", async ({
    model,
    eventFrom,
    breaker,
    expect,
  }) => {
    model.answerWith({ status: 503, body: "" });
    for (const picture of ["/1.jpg", "/2.jpg", "/3.jpg"]) await eventFrom(picture);

    expect(model.questions).toHaveLength(2);
    expect(await breaker()).toMatchObject({
      state: "open",
      failures: 2,
      rejected: 1,
      opened_at: expect.stringMatching(/^\d{4}-/),
      last_error: expect.stringContaining("answered 503"),
    });
  });

  test("an operator who has repaired it can close the breaker", async ({
    app,
    model,
    eventFrom,
    breaker,
    expect,
  }) => {
    model.answerWith("hang up");
    for (const picture of ["/1.jpg", "/2.jpg"]) await eventFrom(picture);
    expect(await breaker()).toMatchObject({ state: "open" });
    model.answerWith({ body: assessment });
    const { body } = await app.post("/api/system/circuit-breakers/analyzer/reset", {});

    expect(body).toMatchObject({ name: "analyzer", state: "closed", failures: 0 });
    expect(await eventFrom("/3.jpg")).toMatchObject(assessment);
  });

  test("left alone, it closes by itself when the model is back", async ({
    start,
    model,
    db,
    expect,
  }) => {
    const app = await start({
      ANALYZER_URL: model.url,
      BREAKER_FAILURES: "1",
      BREAKER_OPEN_MS: "10",
      BACKGROUND: "batches",
      BATCH_IDLE_MS: "1",
      BATCH_SWEEP_MS: "2",
    });
    const { id } = await cameraFactory.create({ db });
    model.answerWith("hang up");
    let picture = 0;
    const see = () =>
      app.post("/api/pipeline/detections", {
        camera_id: id,
        file_path: `/${++picture}.jpg`,
        object_type: "dog",
        confidence: 0.9,
      });
    const state = async () =>
      (await app.get("/api/system/circuit-breakers")).body.circuit_breakers[0];
    await see();
    await until(async () => (await state()).state !== "closed", { what: "open", everyMs: 2 });
    model.answerWith({ body: assessment });

    await until(
      async () => {
        await see();
        return (await state()).state === "closed";
      },
      { what: "closed", everyMs: 15 },
    );
    expect((await state()).failures).toBe(0);
  });

  test("a breaker that does not exist cannot be closed", async ({ api, expect }) => {
    for (const name of ["toaster", "constructor"])
      expect(await api.post(`/api/system/circuit-breakers/${name}/reset`)).toMatchObject({
        status: 404,
        body: { detail: `Circuit breaker ${name} not found` },
      });
  });
});
