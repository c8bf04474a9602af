import type { Services } from "../services.ts";

/** How busy the system is. */
export interface Telemetry {
  readonly jobs: Readonly<Record<string, number>>;
  readonly database_pool: {
    readonly connections: number;
    readonly idle: number;
    readonly waiting: number;
  };
  readonly websocket_connections: number;
  readonly memory_bytes: number;
  readonly timestamp: Date;
}

export async function telemetry({
  database,
  jobs,
  connectedSockets,
}: Pick<Services, "database" | "jobs" | "connectedSockets">): Promise<Telemetry> {
  return {
    jobs: await jobs.countByStatus(),
    database_pool: {
      connections: database.totalCount,
      idle: database.idleCount,
      waiting: database.waitingCount,
    },
    websocket_connections: connectedSockets(),
    memory_bytes: process.memoryUsage().rss,
    timestamp: new Date(),
  };
}
