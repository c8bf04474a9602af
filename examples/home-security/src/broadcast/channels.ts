export type Channel = "events" | "alerts" | "cameras" | "detections" | "system" | `jobs/${string}`;

/** One path of the WebSocket side. What is not among its channels is never sent to its clients. */
export interface Endpoint {
  readonly channels: readonly Channel[];
  /** Whether connecting is subscribing already. */
  readonly joins: boolean;
}

const endpoints: Readonly<Record<string, Endpoint>> = {
  "/ws/events": { channels: ["events", "alerts", "cameras"], joins: false },
  "/ws/detections": { channels: ["detections"], joins: false },
  "/ws/system": { channels: ["system"], joins: false },
};

const jobLogs = /^\/ws\/jobs\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/logs$/;

export function endpointAt(path: string): Endpoint | undefined {
  const job = jobLogs.exec(path)?.[1];
  if (job !== undefined) return { channels: [`jobs/${job}`], joins: true };
  return Object.hasOwn(endpoints, path) ? endpoints[path] : undefined;
}
