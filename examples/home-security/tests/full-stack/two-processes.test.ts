import { describe } from "vitest";
import { alertFactory } from "../fixtures/factories.ts";
import { eventAtTheDoor, frontDoor } from "../fixtures/front-door.ts";
import { test } from "../fixtures/stack-test.ts";
import { subscribedSocket } from "../fixtures/subscribed-socket.ts";

// `api` and `second` are two processes on one database and one Redis, as behind a load balancer.
describe("two processes are one system", { tags: ["full-stack"] }, () => {
  test("what one stores, the other gives", async ({ api, second, expect }) => {
    await api.post("/api/cameras", { name: "Front door" });

    expect((await second.get("/api/cameras/front_door")).status).toBe(200);
  });

  test("what one changes, the other's cache does not hide", async ({ api, second, db, expect }) => {
    await frontDoor({ db });
    await second.get("/api/events");
    expect((await second.get("/api/events")).headers.get("x-cache")).toBe("hit");

    await api.post("/api/events", { batch_id: "b1", camera_id: "front_door" });

    expect((await second.get("/api/events")).body.count).toBe(1);
  });

  test("a page that one has read serves the other", async ({ api, second, db, expect }) => {
    await eventAtTheDoor({ db });
    const { body } = await api.get("/api/events");

    const response = await second.get("/api/events");

    expect(response.headers.get("x-cache")).toBe("hit");
    expect(response.body).toEqual(body);
  });

  test("a client of one hears of what is done at the other", async ({ api, second, expect }) => {
    await using socket = await subscribedSocket(second, "cameras");

    await api.post("/api/cameras", { name: "Front door" });

    expect(await socket.next()).toMatchObject({ type: "camera", data: { name: "Front door" } });
  });

  test(
    "of two changes of one alert, at one each, one wins",
    { tags: ["concurrency"] },
    async ({ api, second, db, expect }) => {
      const event_id = await eventAtTheDoor({ db });
      const { id } = await alertFactory.create({ db }, { event_id });

      const answers = await Promise.all(
        [api, second].map((each) => each.post(`/api/alerts/${id}/dismiss`, { version_id: 1 })),
      );

      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    },
  );

  test(
    "a job that both reach for runs once",
    { tags: ["concurrency"] },
    async ({ api, second, expect }) => {
      const { body: job } = await api.post("/api/jobs", { job_type: "export" });

      const answers = await Promise.all(
        [api, second, api, second].map((each, index) =>
          each.post(`/api/jobs/${job.id}/start`, { worker_id: `worker-${index}` }),
        ),
      );

      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      expect((await second.get(`/api/jobs/${job.id}/attempts`)).body.attempts).toHaveLength(1);
    },
  );
});
