import type pg from "pg";
import { ShakedownError } from "../../errors/shakedown-error.ts";
import type { LeaseClient, OpenClientContext, ServiceLease } from "../../isolation/lease.ts";
import { Scope } from "../../kit/scope.ts";
import { openPgClient } from "./driver.ts";
import { type PostgresHandle, postgresHandle } from "./handle.ts";
import { defaultSealOptions } from "./isolate/baseline.ts";
import { openDeleteResetter } from "./isolate/delete-resetter.ts";
import { noneResetter } from "./isolate/none-resetter.ts";
import { rollbackResetter } from "./isolate/rollback-resetter.ts";
import type { Resetter } from "./isolate/resetter.ts";
import { openUndoResetter } from "./isolate/undo-resetter.ts";
import { openNestedConnection } from "./nested-connection.ts";
import { rollbackPool } from "./rollback-pool.ts";
import type { PostgresSession } from "./sessions.ts";
import { openTestPool, type TestPool } from "./test-pool.ts";

/** Opens the test side of a slot's database: connections for the test, and one of our own that resets. */
export async function openClient(
  lease: ServiceLease,
  context: OpenClientContext,
): Promise<LeaseClient<PostgresHandle>> {
  const scope = new Scope();
  try {
    return await openParts(lease, context, scope);
  } catch (error) {
    await scope[Symbol.asyncDispose]();
    throw error;
  }
}

async function openParts(
  lease: ServiceLease,
  context: OpenClientContext,
  scope: Scope,
): Promise<LeaseClient<PostgresHandle>> {
  const { resetter, pool, testPool } = await openWay(lease, context, scope);
  const sessions = new Map<PostgresSession, number>();
  let level = 0;
  const handle = postgresHandle({
    outputs: lease.outputs,
    pool,
    baseline: async () => {
      level = 0;
      await resetter.rebase();
    },
    own: (session) => {
      sessions.set(session, level);
      return session;
    },
  });
  /** Sessions that were opened before a mark belong to it and outlive resets to it. */
  const closeSessions = async (fromLevel: number): Promise<void> => {
    const ended = [...sessions]
      .filter(([, openedAt]) => openedAt >= fromLevel)
      .map(([session]) => session);
    for (const session of ended) sessions.delete(session);
    await Promise.all(ended.map(async (session) => await session.close()));
  };
  scope.defer("sessions of tests", async () => await closeSessions(0));
  return {
    handle,
    async reset(toLevel) {
      await Promise.all([closeSessions(toLevel), testPool?.settle(toLevel)]);
      level = toLevel;
      return await resetter.reset(toLevel);
    },
    async mark(toLevel) {
      await resetter.mark(toLevel);
      testPool?.mark(toLevel);
      level = toLevel;
    },
    touched: async () => (await resetter.touched?.(level)) ?? [],
    [Symbol.asyncDispose]: async () => await scope[Symbol.asyncDispose](),
  };
}

interface Way {
  readonly resetter: Resetter;
  readonly pool: pg.Pool;
  /** Absent where all of the pool is one connection. */
  readonly testPool?: TestPool;
}

async function openWay(
  lease: ServiceLease,
  context: OpenClientContext,
  scope: Scope,
): Promise<Way> {
  const { control, outputs, service } = lease;
  const url = String(outputs["url"]);
  const controlUrl = typeof control["controlUrl"] === "string" ? control["controlUrl"] : url;
  const budgetMs = typeof control["resetBudgetMs"] === "number" ? control["resetBudgetMs"] : 2000;
  const own = (resetter: Resetter): Resetter =>
    scope.own("the connection that resets", resetter, (value) => value.close());
  const openPool = async (): Promise<Pick<Way, "pool" | "testPool">> => {
    const testPool = await openTestPool(url, {
      max: context.ci ? 10 : 5,
      application_name: `shakedown test ${service}`,
      allowExitOnIdle: true,
    });
    scope.own("the pool", testPool, (open) => open.close());
    return { pool: testPool.pool, testPool };
  };
  const way = String(control["reset"] ?? "undo");
  switch (way) {
    case "undo":
      return {
        resetter: own(
          await openUndoResetter(controlUrl, {
            rowBudget:
              typeof control["rowBudget"] === "number"
                ? control["rowBudget"]
                : defaultSealOptions.rowBudget,
            sequences: control["sequences"] === "keep" ? "keep" : "restore",
            budgetMs,
          }),
        ),
        ...(await openPool()),
      };
    case "delete":
      return {
        resetter: own(await openDeleteResetter(controlUrl, { budgetMs })),
        ...(await openPool()),
      };
    case "rollback": {
      const connection = await openPgClient(url, { applicationName: `shakedown test ${service}` });
      scope.own("the connection of all tests", connection, (client) => client.end());
      const nested = await openNestedConnection(connection);
      return { resetter: own(rollbackResetter(nested)), pool: rollbackPool(nested) };
    }
    case "none":
      return { resetter: own(noneResetter()), ...(await openPool()) };
    default:
      throw new ShakedownError(
        "RESET_UNSUPPORTED",
        `${service} was asked to reset by "${way}", which postgres does not know`,
        {
          hint: "Use undo, delete, rollback or none.",
        },
      );
  }
}
