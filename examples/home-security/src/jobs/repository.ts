import type { Pool, PoolClient } from "pg";
import { inTransaction } from "../database.ts";
import { selectPage, type Page } from "../sql/pages.ts";
import { table } from "../sql/table.ts";
import type {
  Job,
  JobAttempt,
  JobFilter,
  JobLogLine,
  JobTransition,
  NewJob,
  NewJobLog,
} from "./job.ts";
import { takeStep, writeTransition } from "./transition.ts";

const jobsTable = { name: "jobs", kind: "Job", json: ["payload", "result"] } as const;

export function jobRepository(pool: Pool) {
  const jobs = table<Job>(pool, jobsTable);
  const ofJob = async <Row extends object>(
    from: string,
    columns: string,
    id: string,
  ): Promise<readonly Row[]> => {
    const { rows } = await pool.query<Row>(
      `select ${columns} from ${from} where job_id = $1 order by id`,
      [id],
    );
    return rows;
  };

  return {
    find: jobs.find,

    async create(job: NewJob, triggeredBy: string): Promise<Job> {
      return await inTransaction(pool, async (client) => {
        const created = await table<Job>(client, jobsTable).insert(job);
        await writeTransition(client, { id: created.id, from: null, to: "queued", triggeredBy });
        return created;
      });
    },

    /** The newest first. */
    async list(filter: JobFilter): Promise<Page<Job>> {
      return await selectPage<Job>(
        pool,
        {
          table: "jobs",
          at: "created_at",
          filter: {
            "status = ?": filter.status,
            "job_type = ?": filter.job_type,
            "created_at >= ?": filter.start_date,
            "created_at <= ?": filter.end_date,
          },
        },
        filter,
      );
    },

    async start(id: string, workerId: string): Promise<Job> {
      return await takeStep(pool, id, {
        verb: "started",
        from: ["queued"],
        triggeredBy: workerId,
        change: ({ attempt_number }) => ({
          status: "running",
          attempt_number: attempt_number + 1,
          started_at: new Date(),
          progress_percent: 0,
          error_message: null,
        }),
        alongside: async (client, job) => {
          await client.query(
            "insert into job_attempts (job_id, attempt_number, worker_id) values ($1, $2, $3)",
            [id, job.attempt_number, workerId],
          );
        },
      });
    },

    async complete(id: string, result: unknown, triggeredBy: string): Promise<Job> {
      return await takeStep(pool, id, {
        verb: "completed",
        from: ["running"],
        triggeredBy,
        change: () => ({
          status: "completed",
          result: JSON.stringify(result),
          progress_percent: 100,
          completed_at: new Date(),
        }),
        alongside: async (client, job) => await endAttempt(client, job, "succeeded"),
      });
    },

    /** Back into the queue as long as attempts are left. */
    async fail(id: string, errorMessage: string, triggeredBy: string): Promise<Job> {
      return await takeStep(pool, id, {
        verb: "failed",
        from: ["running"],
        triggeredBy,
        change: ({ attempt_number, max_attempts }) => ({
          error_message: errorMessage,
          ...(attempt_number < max_attempts
            ? { status: "queued" }
            : { status: "failed", completed_at: new Date() }),
        }),
        alongside: async (client, job) => await endAttempt(client, job, "failed"),
      });
    },

    async cancel(id: string, triggeredBy: string): Promise<Job> {
      return await takeStep(pool, id, {
        verb: "cancelled",
        from: ["queued", "running"],
        triggeredBy,
        change: () => ({ status: "cancelled", completed_at: new Date() }),
        alongside: async (client, job) => await endAttempt(client, job, "cancelled"),
      });
    },

    /** Gives it one attempt more when it has none left. */
    async retry(id: string, triggeredBy: string): Promise<Job> {
      return await takeStep(pool, id, {
        verb: "retried",
        from: ["failed", "cancelled"],
        triggeredBy,
        change: ({ attempt_number, max_attempts }) => ({
          status: "queued",
          completed_at: null,
          max_attempts: Math.max(max_attempts, attempt_number + 1),
        }),
      });
    },

    /** Undefined unless it runs. */
    async progress(id: string, percent: number): Promise<Job | undefined> {
      const { rows } = await pool.query<Job>(
        "update jobs set progress_percent = $2 where id = $1 and status = 'running' returning *",
        [id, percent],
      );
      return rows[0];
    },

    attempts: async (id: string) =>
      await ofJob<JobAttempt>(
        "job_attempts",
        "attempt_number, status, worker_id, error_message, started_at, ended_at",
        id,
      ),

    transitions: async (id: string) =>
      await ofJob<JobTransition>(
        "job_transitions",
        "from_status, to_status, triggered_by, transitioned_at",
        id,
      ),

    logs: async (id: string) =>
      await ofJob<JobLogLine>(
        "job_logs",
        "id, attempt_number, timestamp, level, message, context",
        id,
      ),

    /** Of the attempt that is under way. */
    async log(job: Job, line: NewJobLog): Promise<JobLogLine> {
      const { job_id: _, ...written } = await table<JobLogLine & { readonly job_id: string }>(
        pool,
        { name: "job_logs", kind: "Job log", json: ["context"] },
      ).insert({ job_id: job.id, attempt_number: job.attempt_number, ...line });
      return written;
    },

    async countByStatus(): Promise<Readonly<Record<string, number>>> {
      const { rows } = await pool.query<{ status: string; count: number }>(
        "select status, count(*)::int as count from jobs group by status",
      );
      return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
    },
  };
}

async function endAttempt(
  client: PoolClient,
  job: Job,
  status: JobAttempt["status"],
): Promise<void> {
  await client.query(
    `update job_attempts set status = $3, error_message = $4, ended_at = now()
     where job_id = $1 and attempt_number = $2 and ended_at is null`,
    [job.id, job.attempt_number, status, status === "failed" ? job.error_message : null],
  );
}
