import { Hono, type Context } from "hono";
import { conflict, found } from "../http/errors.ts";
import { pageBody } from "../http/paging.ts";
import { readBody, readQuery, readUuid } from "../http/validation.ts";
import type { Services } from "../services.ts";
import {
  completionSchema,
  failureSchema,
  type Job,
  jobFilterSchema,
  newJobLogSchema,
  newJobSchema,
  progressSchema,
  startSchema,
} from "./job.ts";

export function jobRoutes({ jobs, broadcast }: Services): Hono {
  const routes = new Hono();

  routes.get("/", async (context) => {
    const filter = readQuery(context, jobFilterSchema);
    return context.json(pageBody("jobs", await jobs.list(filter), filter));
  });

  routes.post("/", async (context) => {
    const job = await readBody(context, newJobSchema);
    return context.json(await jobs.create(job, context.get("actor")), 201);
  });

  routes.get("/:id", async (context) => context.json(await jobOf(context)));

  routes.post("/:id/start", async (context) => {
    const id = readUuid(context);
    const { worker_id } = await readBody(context, startSchema);
    return context.json(await jobs.start(id, worker_id));
  });

  routes.post("/:id/complete", async (context) => {
    const id = readUuid(context);
    const { result } = await readBody(context, completionSchema);
    return context.json(await jobs.complete(id, result, context.get("actor")));
  });

  routes.post("/:id/fail", async (context) => {
    const id = readUuid(context);
    const { error_message } = await readBody(context, failureSchema);
    return context.json(await jobs.fail(id, error_message, context.get("actor")));
  });

  routes.post("/:id/cancel", async (context) =>
    context.json(await jobs.cancel(readUuid(context), context.get("actor"))),
  );

  routes.post("/:id/retry", async (context) =>
    context.json(await jobs.retry(readUuid(context), context.get("actor"))),
  );

  routes.patch("/:id/progress", async (context) => {
    const { progress_percent } = await readBody(context, progressSchema);
    const { id, status } = await jobOf(context);
    const job = await jobs.progress(id, progress_percent);
    if (job === undefined) throw conflict(`A job that is ${status} makes no progress`);
    return context.json(job);
  });

  routes.get("/:id/attempts", async (context) => {
    const { id } = await jobOf(context);
    return context.json({ attempts: await jobs.attempts(id) });
  });

  routes.get("/:id/transitions", async (context) => {
    const { id } = await jobOf(context);
    return context.json({ transitions: await jobs.transitions(id) });
  });

  routes.get("/:id/logs", async (context) => {
    const { id } = await jobOf(context);
    return context.json({ logs: await jobs.logs(id) });
  });

  routes.post("/:id/logs", async (context) => {
    const job = await jobOf(context);
    const line = await jobs.log(job, await readBody(context, newJobLogSchema));
    await broadcast(`jobs/${job.id}`, { type: "job_log", data: line });
    return context.json(line, 201);
  });

  return routes;

  async function jobOf(context: Context): Promise<Job> {
    const id = readUuid(context);
    return found("Job", id, await jobs.find(id));
  }
}
