import type { ServiceHandle } from "shakedown/command";
import { describe } from "vitest";
import { test } from "../fixtures/stack-test.ts";

const worker = { worker_id: "worker-1" };

describe("a new job", { tags: ["api"] }, () => {
  test("waits in the queue", async ({ api, expect }) => {
    const response = await api.post("/api/jobs", { job_type: "export", payload: { days: 7 } });

    expect(response.status).toBe(201);
    expect(response.body).toMatchObject({
      job_type: "export",
      status: "queued",
      priority: 2,
      payload: { days: 7 },
      attempt_number: 0,
      max_attempts: 3,
      progress_percent: 0,
      started_at: null,
      completed_at: null,
    });
  });

  test.for([
    { job_type: " " },
    { job_type: "export", priority: 5 },
    { job_type: "export", max_attempts: 0 },
    { job_type: "export", payload: [] },
  ])("%o is refused", async (body, { api, expect }) => {
    expect((await api.post("/api/jobs", body)).status).toBe(422);
  });

  test("jobs are found by type and status", async ({ api, expect }) => {
    const first = await newJob(api);
    await api.post("/api/jobs", { job_type: "cleanup" });
    await api.post(`${first}/start`, worker);

    const { body } = await api.get("/api/jobs", { query: { status: "running" } });

    expect(body).toMatchObject({ jobs: [{ job_type: "export" }], count: 1 });
    expect((await api.get("/api/jobs", { query: { job_type: "cleanup" } })).body.count).toBe(1);
  });
});

describe("the life of a job", { tags: ["api"] }, () => {
  test("is written down, step by step", async ({ api, expect }) => {
    const job = await newJob(api);
    await api.post(`${job}/start`, worker);
    await api.patch(`${job}/progress`, { progress_percent: 40 });
    const { body: done } = await api.post(`${job}/complete`, { result: { rows: 12 } });

    expect(done).toMatchObject({
      status: "completed",
      progress_percent: 100,
      result: { rows: 12 },
      completed_at: expect.any(String),
    });
    const { body } = await api.get(`${job}/transitions`);
    expect(body.transitions).toMatchObject([
      { from_status: null, to_status: "queued", triggered_by: "anonymous" },
      { from_status: "queued", to_status: "running", triggered_by: "worker-1" },
      { from_status: "running", to_status: "completed" },
    ]);
    expect((await api.get(`${job}/attempts`)).body.attempts).toMatchObject([
      { attempt_number: 1, status: "succeeded", worker_id: "worker-1" },
    ]);
  });

  test("goes back into the queue as long as attempts are left", async ({ api, expect }) => {
    const job = await newJob(api, { max_attempts: 2 });
    const statuses: string[] = [];
    for (const error_message of ["disk full", "disk still full"]) {
      await api.post(`${job}/start`, worker);
      statuses.push((await api.post(`${job}/fail`, { error_message })).body.status);
    }

    expect(statuses).toEqual(["queued", "failed"]);
    expect((await api.get(job)).body).toMatchObject({
      attempt_number: 2,
      error_message: "disk still full",
    });
    expect((await api.get(`${job}/attempts`)).body.attempts).toMatchObject([
      { attempt_number: 1, status: "failed", error_message: "disk full" },
      { attempt_number: 2, status: "failed", error_message: "disk still full" },
    ]);
  });

  test("has one more attempt when it is retried", async ({ api, expect }) => {
    const job = await newJob(api, { max_attempts: 1 });
    await api.post(`${job}/start`, worker);
    await api.post(`${job}/fail`, { error_message: "no" });

    const { body: retried } = await api.post(`${job}/retry`);
    const { body: started } = await api.post(`${job}/start`, worker);

    expect(retried).toMatchObject({ status: "queued", completed_at: null, max_attempts: 2 });
    expect(started).toMatchObject({ status: "running", attempt_number: 2, error_message: null });
  });

  test("can be ended in the middle, and its attempt with it", async ({ api, expect }) => {
    const job = await newJob(api);
    await api.post(`${job}/start`, worker);

    expect((await api.post(`${job}/cancel`)).body.status).toBe("cancelled");

    const { attempts } = (await api.get(`${job}/attempts`)).body;
    expect(attempts).toMatchObject([{ status: "cancelled", ended_at: expect.any(String) }]);
  });

  const refused = [
    { status: "queued", step: "complete", verb: "completed" },
    { status: "queued", step: "fail", verb: "failed" },
    { status: "queued", step: "retry", verb: "retried" },
    { status: "running", step: "start", verb: "started" },
    { status: "running", step: "retry", verb: "retried" },
    { status: "completed", step: "start", verb: "started" },
    { status: "completed", step: "cancel", verb: "cancelled" },
    { status: "completed", step: "retry", verb: "retried" },
    { status: "cancelled", step: "complete", verb: "completed" },
  ];
  const wayTo: Readonly<Record<string, readonly string[]>> = {
    queued: [],
    running: ["start"],
    completed: ["start", "complete"],
    cancelled: ["cancel"],
  };
  const bodies: Readonly<Record<string, object>> = {
    start: worker,
    complete: {},
    fail: { error_message: "no" },
  };

  test.for(refused)(
    "one that is $status cannot be $verb",
    async ({ status, step, verb }, { api, expect }) => {
      const job = await newJob(api);
      for (const each of wayTo[status] ?? []) await api.post(`${job}/${each}`, bodies[each]);
      const { body: before } = await api.get(job);

      const response = await api.post(`${job}/${step}`, bodies[step]);

      expect(response.status).toBe(409);
      expect(response.body.detail).toBe(`A job that is ${status} cannot be ${verb}`);
      expect((await api.get(job)).body).toEqual(before);
    },
  );

  test("only one that runs makes progress", async ({ api, expect }) => {
    const job = await newJob(api);

    const response = await api.patch(`${job}/progress`, { progress_percent: 10 });

    expect(response.status).toBe(409);
    expect(response.body.detail).toBe("A job that is queued makes no progress");
  });

  test(
    "of ten workers that reach for it, one gets it",
    { tags: ["concurrency"] },
    async ({ api, expect }) => {
      const job = await newJob(api);

      const responses = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          api.post(`${job}/start`, { worker_id: `worker-${index}` }),
        ),
      );

      expect(responses.filter(({ status }) => status === 200)).toHaveLength(1);
      expect((await api.get(`${job}/attempts`)).body.attempts).toHaveLength(1);
    },
  );

  test(
    "completed and cancelled at the same moment, it is one of them",
    { tags: ["concurrency"] },
    async ({ api, expect }) => {
      const job = await newJob(api);
      await api.post(`${job}/start`, worker);

      const answers = await Promise.all([
        api.post(`${job}/complete`, {}),
        api.post(`${job}/cancel`),
      ]);

      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
      const { transitions } = (await api.get(`${job}/transitions`)).body;
      const { status } = (await api.get(job)).body;
      expect(transitions).toHaveLength(3);
      expect(transitions[2].to_status).toBe(status);
    },
  );
});

describe("the log of a job", { tags: ["api"] }, () => {
  test("has the lines of all attempts, in order", async ({ api, expect }) => {
    const job = await newJob(api);
    await api.post(`${job}/logs`, { message: "waiting" });
    await api.post(`${job}/start`, worker);
    await api.post(`${job}/logs`, { level: "error", message: "broken", context: { line: 5 } });

    expect((await api.get(`${job}/logs`)).body.logs).toMatchObject([
      { attempt_number: 0, level: "info", message: "waiting" },
      { attempt_number: 1, level: "error", message: "broken", context: { line: 5 } },
    ]);
  });

  test("of no job is a 404", async ({ api, expect }) => {
    const job = "/api/jobs/00000000-0000-4000-8000-000000000000";

    expect((await api.post(`${job}/logs`, { message: "hello" })).status).toBe(404);
    expect((await api.get(`${job}/logs`)).status).toBe(404);
  });
});

async function newJob(api: ServiceHandle, more: object = {}): Promise<string> {
  const { body } = await api.post("/api/jobs", { job_type: "export", ...more });
  return `/api/jobs/${body.id}`;
}
