import { keepCompiledCode } from "../kit/keep-compiled-code.ts";
import type { SupervisorOptions } from "./run-supervisor.ts";

// Started detached by `ensureSupervisor`, which passes the options as one JSON argument.
const environment = process.env as Readonly<Record<string, string>>;
keepCompiledCode(environment);

/** Beyond it the leash ends what is left: it acts when this process is gone. */
const stopLimitMs = 60_000;
const stop = new AbortController();

/** The first reason to end has everything stopped in order; the second one is a wish to be gone. */
function end(reason: string, exitCode: number): void {
  process.exitCode = exitCode;
  if (stop.signal.aborted) process.exit(exitCode);
  stop.abort(reason);
  setTimeout(() => process.exit(exitCode), stopLimitMs).unref();
}
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const)
  process.on(signal, () => end(`it got ${signal}`, 0));
process.on("uncaughtException", (error) => {
  process.stderr.write(`uncaught: ${error.stack ?? String(error)}\n`);
  end(`it failed: ${error.message}`, 1);
});

const { runSupervisor } = await import("./run-supervisor.ts");
const options = JSON.parse(process.argv[2] ?? "null") as Omit<
  SupervisorOptions,
  "environment" | "signal"
>;
try {
  await runSupervisor({ ...options, environment, signal: stop.signal });
} catch (error) {
  process.stderr.write(`ended: ${error instanceof Error ? (error.stack ?? "") : String(error)}\n`);
  process.exitCode = 1;
}
// Pooled handles of drivers would keep the process; all services are stopped by now.
process.exit();
