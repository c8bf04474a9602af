import { type SupervisorOptions, runSupervisor } from "./run-supervisor.ts";

// Started detached by `ensureSupervisor`, which passes the options as one JSON argument.
const options = JSON.parse(process.argv[2] ?? "null") as Omit<SupervisorOptions, "environment">;
await runSupervisor({ ...options, environment: process.env as Readonly<Record<string, string>> });
// Pooled handles of drivers would keep the process; all services are stopped by now.
process.exit(0);
