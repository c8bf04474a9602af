import { describe } from "vitest";
import { test as repositoryTest } from "../fixtures/repository-test.ts";
import { someoneWaits } from "../fixtures/someone-waits.ts";

const test = repositoryTest.extend(
  "job",
  async ({ jobs }) => (await jobs.create({ job_type: "export", max_attempts: 2 }, "test")).id,
);

describe("jobRepository", { tags: ["repositories"] }, () => {
  test("a job's whole way is written down", async ({ jobs, job, expect }) => {
    await jobs.start(job, "worker_1");
    await jobs.fail(job, "no space left", "worker_1");
    await jobs.start(job, "worker_2");
    await jobs.complete(job, { rows: 7 }, "worker_2");

    expect(await jobs.find(job)).toMatchObject({
      status: "completed",
      attempt_number: 2,
      result: { rows: 7 },
      error_message: null,
    });
    expect(
      (await jobs.transitions(job)).map(({ from_status, to_status }) => [from_status, to_status]),
    ).toEqual([
      [null, "queued"],
      ["queued", "running"],
      ["running", "queued"],
      ["queued", "running"],
      ["running", "completed"],
    ]);
    expect(await jobs.attempts(job)).toMatchObject([
      { attempt_number: 1, status: "failed", error_message: "no space left" },
      { attempt_number: 2, status: "succeeded", worker_id: "worker_2" },
    ]);
  });

  test("a failure of the last attempt is final", async ({ jobs, job, expect }) => {
    for (const worker of ["one", "two"]) {
      await jobs.start(job, worker);
      await jobs.fail(job, "no", worker);
    }

    expect(await jobs.find(job)).toMatchObject({
      status: "failed",
      completed_at: expect.any(Date),
    });
    await expect(jobs.start(job, "three")).rejects.toMatchObject({
      status: 409,
      message: "A job that is failed cannot be started",
    });
  });

  test(
    "of ten workers that start it, one does, and only its attempt is there",
    { tags: ["concurrency"] },
    async ({ jobs, job, expect }) => {
      const settled = await Promise.allSettled(
        Array.from({ length: 10 }, (_, n) => jobs.start(job, `worker_${n}`)),
      );

      expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      expect(await jobs.attempts(job)).toHaveLength(1);
      expect(await jobs.transitions(job)).toHaveLength(2);
    },
  );

  test(
    "one that is completed and cancelled at once ends in one of the two ways, with all that belongs to it",
    { tags: ["concurrency"] },
    async ({ jobs, job, db, expect }) => {
      await jobs.start(job, "worker");
      await using holder = await db.session();
      await holder.sql`select from jobs where id = ${job} for update`;
      const both = Promise.allSettled([
        jobs.complete(job, null, "worker"),
        jobs.cancel(job, "operator"),
      ]);
      await someoneWaits({ db }, 2);
      await holder.commit();

      const settled = await both;
      expect(settled.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
      const completed = settled[0]?.status === "fulfilled";
      expect(await jobs.find(job)).toMatchObject({ status: completed ? "completed" : "cancelled" });
      expect(await jobs.attempts(job)).toMatchObject([
        { status: completed ? "succeeded" : "cancelled" },
      ]);
    },
  );

  test("a step whose other half cannot be written is not taken", async ({
    jobs,
    job,
    db,
    expect,
  }) => {
    // The number of the attempt that `start` is about to write.
    await db.sql`insert into job_attempts (job_id, attempt_number) values (${job}, 1)`;

    await expect(jobs.start(job, "worker")).rejects.toThrow("job_attempts_number_unique");
    expect(await jobs.find(job)).toMatchObject({ status: "queued", attempt_number: 0 });
    expect(await jobs.transitions(job)).toHaveLength(1);
  });

  test("progress is of those that run", async ({ jobs, job, expect }) => {
    expect(await jobs.progress(job, 50)).toBeUndefined();
    await jobs.start(job, "worker");

    expect(await jobs.progress(job, 50)).toMatchObject({ progress_percent: 50 });
    await expect(jobs.progress(job, 101)).rejects.toThrow("jobs_progress_range");
  });

  test("log lines come in their order, with the attempt in which they were written", async ({
    jobs,
    expect,
  }) => {
    const job = await jobs.create({ job_type: "export" }, "test");
    await jobs.log(job, { level: "info", message: "before", context: {} });
    const running = await jobs.start(job.id, "worker");
    await jobs.log(running, { level: "warning", message: "slow", context: { rows: [1, 2] } });

    expect(await jobs.logs(job.id)).toMatchObject([
      { attempt_number: 0, message: "before" },
      { attempt_number: 1, message: "slow", context: { rows: [1, 2] } },
    ]);
  });

  test("they are counted by their status", async ({ jobs, job, expect }) => {
    await jobs.create({ job_type: "import" }, "test");
    await jobs.start(job, "worker");

    expect(await jobs.countByStatus()).toEqual({ queued: 1, running: 1 });
  });
});
