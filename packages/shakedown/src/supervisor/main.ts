import { keepCompiledCode } from "../kit/keep-compiled-code.ts";
import type { SupervisorOptions } from "./run-supervisor.ts";

// Started detached by `ensureSupervisor`, which passes the options as one JSON argument.
const environment = process.env as Readonly<Record<string, string>>;
keepCompiledCode(environment);
const { runSupervisor } = await import("./run-supervisor.ts");
const options = JSON.parse(process.argv[2] ?? "null") as Omit<SupervisorOptions, "environment">;
await runSupervisor({ ...options, environment });
// Pooled handles of drivers would keep the process; all services are stopped by now.
process.exit(0);
