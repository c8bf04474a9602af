import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openPgClient, quoteText } from "../../src/engines/postgres/driver.ts";
import { installTemplate, sealBaseline } from "../../src/engines/postgres/isolate/baseline.ts";
import { openUndoResetter } from "../../src/engines/postgres/isolate/undo-resetter.ts";
import { Scope } from "../../src/kit/scope.ts";
import { proofSchema, proofSequences, proofTables } from "./proof-schema.ts";
import type { WriteOrder, WriteReport } from "./proof-writer.ts";
import { majors, startThrowawayServer, type ThrowawayServer } from "./throwaway-server.ts";

const seed = Number(process.env["SHAKEDOWN_PROOF_SEED"] ?? Math.floor(Math.random() * 1e9));
const rounds = Number(process.env["SHAKEDOWN_PROOF_ROUNDS"] ?? 16);
const sealOptions = { rowBudget: 4000, sequences: "restore" } as const;

describe.each(majors)("PostgreSQL %i", (major) => {
  describe(`with SHAKEDOWN_PROOF_SEED=${seed}`, () => {
    let server: ThrowawayServer;

    beforeAll(async () => {
      server = await startThrowawayServer(major);
      for (const name of ["bare", "template"]) {
        await server.createDatabase(name);
        const setup = await openPgClient(server.socketUrl(name), { applicationName: "setup" });
        await setup.query(proofSchema);
        await setup.query("vacuum analyze");
        if (name === "template") await installTemplate(setup);
        await setup.end();
      }
    });
    afterAll(async () => {
      await server?.[Symbol.asyncDispose]();
    });

    test(
      "whatever other processes write, a reset brings back every row and sequence of the baseline",
      async () => {
        let retired = 0;
        let statements = 0;
        let slot = await openSlot(server, `slot_${major}`);
        try {
          const baseline = await contents(slot.control);
          for (let round = 0; round < rounds; round += 1) {
            const allowRetiring = round % 6 === 5;
            const reports = await Promise.all(
              slot.writers.map((writer, index) =>
                writer.write({ seed: seed + round * 101 + index, transactions: 14, allowRetiring }),
              ),
            );
            statements += reports.reduce((sum, report) => sum + report.statements, 0);
            const expected = reports.flatMap((report) => report.retiring);
            const outcome = await slot.resetter.reset(0);
            if (outcome.kind === "retire") {
              expect(expected, `round ${round} was retired: ${outcome.reason}`).not.toEqual([]);
              retired += 1;
              await slot.close();
              slot = await openSlot(server, `slot_${major}`);
            } else {
              expect(expected, `round ${round} should have been retired`).not.toContain("ddl");
              if (!allowRetiring) expect(expected).toEqual([]);
            }
            expect(await contents(slot.control), `round ${round}`).toEqual(baseline);
          }
        } finally {
          await slot.close();
        }
        expect(retired).toBeGreaterThan(0);
        expect(statements).toBeGreaterThan(rounds * 20);
      },
      Math.max(60_000, rounds * 4000),
    );

    test("the same holds for marks within marks", async () => {
      const slot = await openSlot(server, `marked_${major}`);
      try {
        let order = 0;
        const write = async (): Promise<void> => {
          order += 1;
          await Promise.all(
            slot.writers.map((writer, index) =>
              writer.write({
                seed: seed + 7 * order + index,
                transactions: 5,
                allowRetiring: false,
              }),
            ),
          );
        };
        // A materialized view that was refreshed is refreshed again, and so may be newer than it was at the mark.
        const look = async (): Promise<unknown> => ({
          ...(await contents(slot.control)),
          totals: undefined,
        });
        const states = [await look()];
        const returnTo = async (level: number): Promise<void> => {
          await write();
          expect((await slot.resetter.reset(level)).kind).not.toBe("retire");
          expect(await look(), `level ${level} after ${order} orders`).toEqual(states[level]);
        };
        for (let round = 0; round < Math.ceil(rounds / 5); round += 1) {
          for (const level of [1, 2]) {
            await write();
            await slot.resetter.mark(level);
            states[level] = await look();
            await returnTo(level);
            await returnTo(level);
          }
          await returnTo(1);
          await write();
          await slot.resetter.mark(1);
          states[1] = await look();
          await returnTo(1);
          await returnTo(0);
        }
      } finally {
        await slot.close();
      }
    });

    test("a session that never stops writing is neither harmed by resets nor remembered after the last one", async () => {
      const slot = await openSlot(server, `busy_${major}`);
      try {
        const baseline = await contents(slot.control);
        const busy = slot.writers[0];
        const going = busy?.write({
          seed,
          transactions: 0,
          apart: 1,
          allowRetiring: false,
          forever: true,
        });
        for (let round = 0; round < 40; round += 1) {
          expect((await slot.resetter.reset(0)).kind).not.toBe("retire");
        }
        busy?.stop();
        const report = await going;
        expect(
          Object.keys(report?.codes ?? {}).filter((code) =>
            ["40P01", "40001", "55P03"].includes(code),
          ),
        ).toEqual([]);
        await slot.resetter.reset(0);
        expect(await contents(slot.control)).toEqual(baseline);
      } finally {
        await slot.close();
      }
    });

    test("the application meets the same errors, as often, as without our triggers", async () => {
      const with_ = await openSlot(server, `with_${major}`);
      const without = await openSlot(server, `without_${major}`, "bare");
      try {
        const work = async (slot: Slot): Promise<WriteReport[]> =>
          await Promise.all(
            slot.writers.map((writer, index) =>
              writer.write({
                seed: seed + index,
                transactions: 120,
                apart: index + 1,
                allowRetiring: false,
              }),
            ),
          );
        const ours = await work(with_);
        const plain = await work(without);
        expect(ours.map((report) => report.codes)).toEqual(plain.map((report) => report.codes));
        expect(plain.every((report) => report.statements > 100)).toBe(true);
        // What was audited when depends on who came first; all else does not.
        const { audit: _ours, ...left } = await contents(with_.control);
        const { audit: _plain, ...right } = await contents(without.control);
        expect(left).toEqual(right);
      } finally {
        await with_.close();
        await without.close();
      }
    });
  });
});

interface Writer {
  write(order: WriteOrder): Promise<WriteReport>;
  stop(): void;
  close(): Promise<void>;
}

interface Slot {
  readonly control: Awaited<ReturnType<typeof openPgClient>>;
  readonly resetter: Awaited<ReturnType<typeof openUndoResetter>>;
  readonly writers: readonly Writer[];
  close(): Promise<void>;
}

async function openSlot(
  server: ThrowawayServer,
  name: string,
  template = "template",
): Promise<Slot> {
  await server.createDatabase(name, template);
  const scope = new Scope();
  scope.defer("the database", async () => await server.dropDatabase(name));
  const control = await openPgClient(server.socketUrl(name), { applicationName: "proof" });
  scope.own("the connection that looks", control, (client) => client.end());
  if (template !== "bare") await sealBaseline(control, sealOptions);
  const resetter = await openUndoResetter(server.socketUrl(name), {
    ...sealOptions,
    budgetMs: 5000,
  });
  scope.own("the resetter", resetter, (value) => value.close());
  const writers = await Promise.all(
    [0, 1, 2].map(async () =>
      scope.own("a writer", await startWriter(server.socketUrl(name)), (writer) => writer.close()),
    ),
  );
  return { control, resetter, writers, close: async () => await scope[Symbol.asyncDispose]() };
}

async function startWriter(url: string): Promise<Writer> {
  const child: ChildProcess = fork(join(import.meta.dirname, "proof-writer.ts"), [url], {
    execArgv: [],
  });
  await once(child, "message");
  return {
    async write(order) {
      const answer = Promise.race([
        once(child, "message"),
        once(child, "exit").then(() => Promise.reject(new Error("the writer ended"))),
      ]);
      child.send(order);
      const [report] = (await answer) as [WriteReport];
      return report;
    },
    stop: () => void child.send("stop"),
    async close() {
      if (child.exitCode !== null) return;
      const gone = once(child, "exit");
      child.send("end");
      await gone;
    },
  };
}

/** Every row and every sequence as text. */
async function contents(client: {
  query: Slot["control"]["query"];
}): Promise<Record<string, unknown>> {
  const tables = proofTables.map(
    (name) =>
      `${quoteText(name)}, (select coalesce(json_agg(t::text order by t::text collate "C"), '[]') from ${name} t)`,
  );
  const sequences = proofSequences.map(
    (name) => `${quoteText(name)}, (select last_value || ' ' || is_called from ${name})`,
  );
  const answer = await client.query<{ everything: Record<string, unknown> }>(
    `select json_build_object(${[...tables, ...sequences].join(", ")}) as everything`,
  );
  return answer.rows[0]?.everything ?? {};
}
