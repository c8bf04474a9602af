import { appendFileSync, existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Engine, RunningLease, RunningService } from "../../src/engines/engine.ts";
import { ShakedownError } from "../../src/errors/shakedown-error.ts";
import { identityOf } from "../../src/process/identity.ts";

/**
 * An engine for tests of the supervisor: its service is a real `sleep` process, with a second one for each slot.
 * Options: `startMs`, `failWith`, `perSlot`, `fingerprintFile`, `journal` (a file that gets a line for each orderly end),
 * `stopMs` and `failStop` (how it ends), `throwLater` (an exception that nobody catches, in the supervisor), `failLeaseAfter`
 * (shares from this number on cannot be had), `shell` (run instead of `sleep`), `baseline` (its shares have one).
 */
const engine: Engine = {
  name: "process",
  validate: async (service) =>
    service.options["invalid"] === true
      ? [{ at: `services.${service.name}.invalid`, message: "is true" }]
      : [],
  fingerprint: async (service) =>
    String(existsSync(String(service.options["fingerprintFile"] ?? ""))),
  async start({ service, processes, log, signal, folders }) {
    const {
      startMs = 0,
      failWith,
      perSlot = true,
      command = "sleep",
      journal,
      stopMs = 0,
      failStop,
      throwLater,
      failLeaseAfter = Infinity,
      shell,
      baseline = false,
    } = service.options as {
      stopMs?: number;
      failStop?: string;
      throwLater?: string;
      failLeaseAfter?: number;
      shell?: string;
      startMs?: number;
      failWith?: string;
      perSlot?: boolean;
      baseline?: boolean;
      command?: string;
      journal?: string;
    };
    const note = (what: string): void => {
      if (journal !== undefined) appendFileSync(journal, `${what} ${service.name}\n`);
    };
    const startProcess = () =>
      processes.start({
        title: service.name,
        ...(shell === undefined
          ? { command, args: ["1000"] }
          : { command: "/bin/sh", args: ["-c", shell] }),
        cwd: folders.data,
        env: { PATH: process.env["PATH"] ?? "" },
        stopSteps: [{ signal: "SIGTERM", to: "group", waitMs: 1000 }],
        deathSignal: "SIGKILL",
        onLine: (stream, line) => log.write(stream, line),
      });
    const own = await startProcess();
    log.write("shakedown", `started ${own.pid}`);
    try {
      await sleep(startMs, undefined, { signal });
      if (failWith !== undefined) throw new ShakedownError("START_FAILED", failWith);
    } catch (error) {
      await own.stop();
      throw error;
    }
    if (throwLater !== undefined)
      setTimeout(() => {
        throw new Error(throwLater);
      }, 50);
    let stopped = false;
    let leases = 0;
    const lease = async (slot: number, generation: number): Promise<RunningLease> => {
      leases += 1;
      if (leases >= failLeaseAfter) throw new ShakedownError("START_FAILED", "no more shares");
      const child = await startProcess();
      let asked = false;
      const running: RunningLease = {
        outputs: { url: `process://${service.name}/${slot}/${generation}`, pid: String(child.pid) },
        control: { pid: child.pid },
        isAlive: () => identityOf(child.pid) !== undefined,
        died: child.exited.then((exit) =>
          asked
            ? new Promise<never>(() => {})
            : { how: `exited with ${exit.code ?? exit.signal}`, logTail: ["last words"] },
        ),
        restart: async () => {
          asked = true;
          await child.stop();
          return lease(slot, generation);
        },
        ...(baseline ? { seal: async () => note("sealed") } : {}),
        setAside: async () => `look at process ${child.pid}`,
        release: async () => {
          asked = true;
          await child.stop();
          note("released");
        },
      };
      return running;
    };
    const running: RunningService = {
      provider: { kind: "native", version: "sleep 1", reason: "it is everywhere", passedOver: [] },
      outputs: { url: `process://${service.name}`, pid: String(own.pid) },
      control: {},
      died: own.exited.then((exit) =>
        stopped
          ? new Promise<never>(() => {})
          : { how: `exited with ${exit.code ?? exit.signal}`, logTail: log.tail(5) },
      ),
      ...(perSlot ? { lease: ({ slot, generation }) => lease(slot, generation) } : {}),
      stop: async () => {
        stopped = true;
        await sleep(stopMs);
        if (failStop !== undefined) throw new Error(failStop);
        await own.stop();
        note("stopped");
      },
    };
    return running;
  },
};

export default engine;
