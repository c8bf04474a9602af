import type { Services } from "../services.ts";

export interface Health {
  readonly status: "healthy" | "degraded" | "unhealthy";
  readonly services: Readonly<Record<"database" | "redis", "healthy" | "unhealthy">>;
}

/** Without Redis the system still answers (slower, and without live messages); without its database it does not. */
export async function checkHealth({
  database,
  pingRedis,
}: Pick<Services, "database" | "pingRedis">): Promise<Health> {
  const [databaseState, redisState] = await Promise.all([
    stateOf(database.query("select 1")),
    stateOf(pingRedis()),
  ]);
  const status =
    databaseState === "unhealthy"
      ? "unhealthy"
      : redisState === "unhealthy"
        ? "degraded"
        : "healthy";
  return { status, services: { database: databaseState, redis: redisState } };
}

async function stateOf(check: Promise<unknown>): Promise<"healthy" | "unhealthy"> {
  return await check.then(
    () => "healthy" as const,
    () => "unhealthy" as const,
  );
}
