import type { Pool, PoolClient } from "pg";
import { assignments, inTransaction } from "../database.ts";
import { conflict, notFound } from "../http/errors.ts";
import type { Job, JobStatus } from "./job.ts";

export interface Step {
  /** In the refusal: `cannot be completed`. */
  readonly verb: string;
  readonly from: readonly JobStatus[];
  readonly triggeredBy: string;
  /** What changes; the status decides what is written down of the change. */
  readonly change: (job: Job) => Readonly<Record<string, unknown>> & { readonly status: JobStatus };
  /** What else belongs to it, in the same transaction. */
  readonly alongside?: (client: PoolClient, job: Job) => Promise<void>;
}

/**
 * Takes a job from one status to another, and writes the transition down. The row stays locked from the look to the change: of
 * two that come at the same time, the second one sees what the first one did.
 *
 * @throws a 404 when there is no such job, a 409 when its status does not allow the step
 */
export async function takeStep(pool: Pool, id: string, step: Step): Promise<Job> {
  return await inTransaction(pool, async (client) => {
    const { rows } = await client.query<Job>("select * from jobs where id = $1 for update", [id]);
    const [job] = rows;
    if (job === undefined) throw notFound("Job", id);
    if (!step.from.includes(job.status))
      throw conflict(`A job that is ${job.status} cannot be ${step.verb}`);

    const change = step.change(job);
    const { set, values } = assignments(change);
    const changed = await client.query<Job>(
      `update jobs set ${set} where id = $${values.length + 1} returning *`,
      [...values, id],
    );
    const after = changed.rows[0] ?? job;
    await writeTransition(client, {
      id,
      from: job.status,
      to: after.status,
      triggeredBy: step.triggeredBy,
    });
    await step.alongside?.(client, after);
    return after;
  });
}

export async function writeTransition(
  client: Pick<PoolClient, "query">,
  {
    id,
    from,
    to,
    triggeredBy,
  }: { id: string; from: JobStatus | null; to: JobStatus; triggeredBy: string },
): Promise<void> {
  await client.query(
    "insert into job_transitions (job_id, from_status, to_status, triggered_by) values ($1, $2, $3, $4)",
    [id, from, to, triggeredBy],
  );
}
