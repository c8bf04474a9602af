import { describe, expect, test } from "vitest";
import { openPgClient } from "../../src/engines/postgres/driver.ts";
import { installTemplate, sealBaseline } from "../../src/engines/postgres/isolate/baseline.ts";
import { openUndoResetter } from "../../src/engines/postgres/isolate/undo-resetter.ts";
import { until } from "../../src/kit/until.ts";
import { majors, startThrowawayServer } from "./throwaway-server.ts";

const options = { rowBudget: 50, sequences: "restore", budgetMs: 150 } as const;

describe.each(majors)("PostgreSQL %i", (major) => {
  test("a crash of the server, which empties what is not logged, is no clean database", async () => {
    await using server = await startThrowawayServer(major);
    await server.createDatabase("template");
    const url = server.socketUrl("slot");
    const open = () => openPgClient(url, { applicationName: "app" });

    const setup = await openPgClient(server.socketUrl("template"), { applicationName: "setup" });
    await setup.query("create table people (id int primary key, name text)");
    await setup.query("insert into people values (1, 'Ada'); create table pets (id int)");
    await installTemplate(setup);
    await setup.end();
    await server.createDatabase("slot", "template");
    const app = await open();
    await sealBaseline(app, options);
    const { rows } = await app
      .query<{ pid: number }>(
        "insert into pets values (1); update people set name = 'x'; select pg_backend_pid() as pid",
      )
      .then((all) => (all as unknown as { rows: { pid: number }[] }[]).at(-1) ?? { rows: [] });

    process.kill(rows[0]?.pid ?? 0, "SIGKILL");
    await until(
      () =>
        server.admin.query("select 1").then(
          () => false,
          () => true,
        ),
      { what: "the crash" },
    );
    const after = await until(() => open().catch(() => undefined), { what: "the recovery" });
    const resetter = await openUndoResetter(url, options);
    expect(await resetter.reset(0)).toMatchObject({
      kind: "retire",
      reason: expect.stringContaining("crashed"),
    });
    await resetter.close();
    await after.end();

    // A clone made after it starts from a baseline of its own.
    const admin = await openPgClient(server.socketUrl("postgres"), { applicationName: "admin" });
    await admin.query("create database next template template");
    await admin.end();
    const next = await openPgClient(server.socketUrl("next"), { applicationName: "app" });
    await sealBaseline(next, options);
    await next.query("update people set name = 'x'");
    const nextResetter = await openUndoResetter(server.socketUrl("next"), options);
    expect((await nextResetter.reset(0)).kind).toBe("restored");
    await nextResetter.close();
    await next.end();
  });
});
