import type { LeaseClient, OpenClientContext, ServiceLease } from "../../isolation/lease.ts";
import { Scope } from "../../kit/scope.ts";
import { openMysqlPool } from "./driver.ts";
import { type MysqlHandle, mysqlHandle } from "./handle.ts";
import { openDeleteResetter, type Resetter } from "./isolate/delete-resetter.ts";

/** Opens the test side of a slot's database: connections for the test, and one of our own that resets. */
export async function openClient(
  { control, outputs }: ServiceLease,
  context: OpenClientContext,
): Promise<LeaseClient<MysqlHandle>> {
  const scope = new Scope();
  try {
    const resetter = await openResetter(String(control["reset"]), {
      controlUrl: String(control["controlUrl"]),
      database: String(outputs["database"]),
    });
    scope.defer("the connection that resets", () => resetter.close());
    const pool = await openMysqlPool(String(outputs["url"]), { max: context.ci ? 10 : 5 });
    scope.defer("the pool", () => pool.end());
    let level = 0;
    return {
      handle: mysqlHandle({ outputs, pool, baseline: () => resetter.rebase() }),
      async reset(toLevel) {
        level = toLevel;
        return await resetter.reset(toLevel);
      },
      async mark(toLevel) {
        await resetter.mark(toLevel);
        level = toLevel;
      },
      touched: () => resetter.touched(level),
      [Symbol.asyncDispose]: () => scope[Symbol.asyncDispose](),
    };
  } catch (error) {
    await scope[Symbol.asyncDispose]();
    throw error;
  }
}

async function openResetter(
  way: string,
  { controlUrl, database }: { readonly controlUrl: string; readonly database: string },
): Promise<Resetter> {
  if (way === "delete") return openDeleteResetter(controlUrl, { database });
  return {
    // Everything stays as tests made it.
    reset: async () => ({ kind: "clean" }),
    mark: async () => undefined,
    touched: async () => [],
    rebase: async () => undefined,
    close: async () => undefined,
  };
}
