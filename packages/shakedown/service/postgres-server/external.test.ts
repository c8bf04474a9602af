import { expect, test } from "vitest";
import { makeProject, shop } from "./project.ts";
import { startEngine, type StartedEngine } from "./start-engine.ts";

function urlOf(
  server: StartedEngine,
  user?: { readonly name: string; readonly password: string },
): string {
  const url = new URL(server.running.outputs["url"] ?? "");
  url.pathname = "/anything_test";
  if (user !== undefined) {
    url.username = user.name;
    url.password = user.password;
  }
  return url.href;
}

async function databases(server: StartedEngine): Promise<readonly string[]> {
  const rows = await server.query(
    server.running,
    "select datname from pg_database where not datname = any ('{postgres,template0,template1,shakedown_template}') order by 1",
  );
  return rows.map(({ datname }) => String(datname));
}

test("on a server of others, databases carry a name of our own and go when the run is over", async () => {
  await using project = await makeProject(shop);
  await using server = await startEngine({ ...project });
  const options = { url: urlOf(server), migrate: "db/migrations", name: "shop_test_{slot}" };
  {
    await using first = await startEngine({ ...project, options });
    expect(first.running.provider).toMatchObject({ kind: "external", reason: "url is given" });
    expect(first.running.note).toMatch(/^migrated 2 files in \d+ ms$/);
    await using second = await startEngine({ ...project, options });
    expect(second.running.note).toBe("template from an earlier run");
    const leases = await Promise.all([first.lease(0), second.lease(0)]);
    const names = leases.map(({ outputs }) => outputs["database"] ?? "");
    expect(new Set(names).size).toBe(2);
    for (const name of names) expect(name).toMatch(/^shop_test_0_[0-9a-f]{10}$/);
    for (const lease of leases) {
      await lease.seal?.();
      expect(await first.query(lease, "select count(*)::int as n from cameras")).toEqual([
        { n: 2 },
      ]);
      await lease.release();
    }
  }
  expect(await databases(server)).toEqual([
    expect.stringMatching(/^shakedown_template_[0-9a-f]{16}$/),
  ]);
});

test("what a killed run left is dropped by the next one, and what a living one holds is not", async () => {
  await using project = await makeProject(shop);
  await using server = await startEngine({ ...project });
  const options = { url: urlOf(server), migrate: "db/migrations" };
  await using dead = await startEngine({ ...project, options });
  await using alive = await startEngine({ ...project, options });
  const [left, held] = [
    (await dead.lease(0)).outputs["database"],
    (await alive.lease(0)).outputs["database"],
  ];
  // Its connection is all that a server knows of a supervisor.
  await server.query(
    server.running,
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'shakedown supervisor' order by backend_start limit 1",
  );
  expect((await dead.running.died)?.how).toMatch(/lost its connection/);
  await using next = await startEngine({ ...project, options });
  expect(next.running.note).toBe("template from an earlier run");
  const there = await databases(server);
  expect(there).toContain(held);
  expect(there).not.toContain(left);
});

test("a user who is no superuser gets resets by delete, and one who may not create databases a remedy", async () => {
  await using project = await makeProject(shop);
  await using server = await startEngine({ ...project });
  await server.query(
    server.running,
    "create role maker login createdb password 'm'; create role reader login password 'r'",
  );
  const options = { migrate: "db/migrations" };
  await using started = await startEngine({
    ...project,
    options: { ...options, url: urlOf(server, { name: "maker", password: "m" }) },
  });
  expect(started.running.note).toContain("reset by delete, since maker is no superuser there");
  const lease = await started.lease(0);
  await lease.seal?.();
  expect(lease.control["reset"]).toBe("delete");
  expect(
    await started.query(lease, "select current_user as name, count(*)::int as n from cameras"),
  ).toEqual([{ name: "maker", n: 2 }]);
  const refused = startEngine({
    ...project,
    options: { ...options, url: urlOf(server, { name: "reader", password: "r" }) },
  });
  await expect(refused).rejects.toThrow(/the user reader may not create databases/);
});

test("a server that is not there is told by its address", async () => {
  await using project = await makeProject({});
  const refused = startEngine({
    ...project,
    options: { url: "postgresql://a:b@127.0.0.1:1/x_test" },
  });
  await expect(refused).rejects.toThrow(/db: 127\.0\.0\.1:1 let nobody in: .*ECONNREFUSED/);
});

test("a database that nothing calls a test database is refused when its URL comes from another service", async () => {
  await using project = await makeProject({});
  await expect(
    startEngine({ ...project, options: { url: "postgresql://a:b@127.0.0.1:1/shop" } }),
  ).rejects.toThrow(/nothing says that it is for tests/);
});

test("a local server is taken when it answers and has what is wanted, else the next provider", async () => {
  await using project = await makeProject(shop);
  await using server = await startEngine({ ...project });
  const options = { migrate: "db/migrations", local: urlOf(server) };
  const providerOf = async (more: Readonly<Record<string, string | string[]>>) => {
    await using started = await startEngine({ ...project, options: { ...options, ...more } });
    return started.running.provider;
  };
  expect(await providerOf({})).toMatchObject({
    kind: "external",
    reason: "it runs on this machine",
    passedOver: [{ kind: "external", reason: "no url given" }],
  });
  const passedOver = async (more: Readonly<Record<string, string | string[]>>) => {
    const provider = await providerOf(more);
    expect(provider.kind).not.toBe("external");
    return provider.passedOver.find(({ kind }) => kind === "local")?.reason;
  };
  expect(await passedOver({ local: "postgresql://a:b@127.0.0.1:1/x_test" })).toMatch(
    /^127\.0\.0\.1:1 let nobody in: .*ECONNREFUSED/,
  );
  const other = server.running.provider.version.includes(" 18") ? "15" : "18";
  expect(await passedOver({ version: other })).toMatch(/is version \d+\.\d+, not \d+$/);
});

test("what texts are sorted by is told, and that production may sort otherwise", async () => {
  await using project = await makeProject({});
  await using unsaid = await startEngine({ ...project });
  expect(unsaid.running.provider.reason).toMatch(
    /; sorts by (builtin|libc) C(\.UTF-8)?, where production may sort otherwise: set locale to what it has$/,
  );
  await using said = await startEngine({ ...project, options: { locale: "C" } });
  expect(said.running.provider.reason).toMatch(/; sorts by libc C$/);
});
