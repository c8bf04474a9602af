import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, test } from "vitest";
import { redisAvailable } from "../service/redis/redis-available.ts";
import { eventsOf, makeCliProject, testFile } from "./cli-project.ts";

/** A stack with one process of the run, which does what the script says. */
const stackOf = (env: string): string => `
import { defineStack } from "shakedown";
import { command, logLine } from "shakedown/command";
export default defineStack({
  api: command({ per: "run", run: ["node", "server.mjs"], env: { ${env} }, ready: logLine(/^ready$/) }),
});`;

describe("a start that fails for a well-known reason says which", () => {
  test("a port in use: who holds it", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    try {
      await using project = await makeCliProject({
        "shakedown.stack.ts": stackOf(`PORT: "${port}"`),
        "server.mjs": `import { createServer } from "node:http";
          createServer().listen(Number(process.env.PORT), "127.0.0.1", () => console.log("ready"));`,
      });
      const up = await project.shakedown(["up"]);
      expect(up.code).toBe(3);
      expect(up.err).toContain(`port ${port} is in use by another process`);
      expect(up.err).toContain(`pid ${process.pid}: `);
      expect(up.err).toContain("ports: ['http']");
    } finally {
      server.close();
    }
  });

  test("a server that is not there, a module that is missing", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, "close");
    await using project = await makeCliProject({
      "shakedown.stack.ts": stackOf(`DATABASE: "${port}"`),
      "server.mjs": `import { connect } from "node:net";
        connect(Number(process.env.DATABASE), "127.0.0.1");`,
    });
    const refused = await project.shakedown(["up"]);
    expect(refused.code).toBe(3);
    expect(refused.err).toContain(`nothing listens on port ${port}`);
    expect(refused.err).toContain("env: ({ db }) => ({ DATABASE_URL: db.url })");

    await project.write({ "server.mjs": `import "a-package-that-nobody-has";` });
    const missing = await project.shakedown(["up"]);
    expect(missing.err).toContain("a-package-that-nobody-has is not installed");
    expect(missing.err).toContain("npm ci");
  });
});

describe("a test that fails for a well-known reason says which", () => {
  const stack = `
    import { defineStack } from "shakedown";
    import { command, logLine } from "shakedown/command";
    import { redis } from "shakedown/redis";
    const ready = logLine(/listening on (?<url>http:\\S+)/);
    export default defineStack({
      cache: redis({ per: "run" }),
      api: command({ run: ["node", "server.mjs"], ready }),
    });`;
  const server = `
    import { createServer } from "node:http";
    const server = createServer((request, response) => {
      console.error("Error: " + decodeURIComponent(request.url.slice(1)));
      response.statusCode = 500;
      response.end();
    });
    server.listen(0, "127.0.0.1", () => console.log("listening on http://127.0.0.1:" + server.address().port));`;

  test("by its own error, and by what its services printed meanwhile; and where the stack's service is", async () => {
    await redisAvailable();
    await using project = await makeCliProject({
      "shakedown.stack.ts": stack,
      "server.mjs": server,
      "vitest.config.ts": `import { shakedown } from "shakedown/vitest-plugin"; export default { plugins: [shakedown()] };`,
      "a.test.ts": testFile(`
        import { until } from "shakedown";
        import { expect } from "vitest";
        const ask = (api, line) => fetch(api.url + "/" + encodeURIComponent(line));
        test("own error", async ({ cache }) => {
          throw new Error("connect ECONNREFUSED 127.0.0.1:6379");
        });
        test("its server", async ({ api }) => {
          const { status } = await ask(api, 'password authentication failed for user "app"');
          await until(async () => (await api.logs()).join().includes("authentication failed"));
          expect(status).toBe(200);
        });
        test("text that a test is about", async ({ api }) => {
          expect("deadlock detected").toBe("relation \\"users\\" does not exist");
        });
        test("passed", async ({ api }) => {
          expect((await ask(api, "connect ECONNREFUSED 127.0.0.1:5432")).status).toBe(500);
        });`),
    });
    const { code, out } = await project.shakedown(["run"]);
    expect(code).toBe(1);
    const causes = out.split("\n").filter((line) => line.includes("likely cause"));
    expect(causes).toEqual([
      expect.stringMatching(
        /likely cause: nothing listens on port 6379 → .*cache of the stack listens on 127\.0\.0\.1:\d+.*cache\.url/,
      ),
      expect.stringMatching(
        /likely cause: a server refused the credentials of user app \(in the log of api\) → .*db\.url/,
      ),
    ]);
    const events = await eventsOf(project);
    expect(events).toContainEqual(
      expect.objectContaining({
        type: "test:evidence",
        diagnosis: expect.objectContaining({ kind: "credentials" }) as unknown,
      }),
    );
  });

  test("one that hangs on a lock, by the log of the server that all share", async () => {
    await using project = await makeCliProject(
      {
        "shakedown.stack.ts": `
          import { defineStack } from "shakedown";
          import { postgres } from "shakedown/postgres";
          export default defineStack({ db: postgres({ migrate: "db" }) });`,
        "db/001.sql":
          "create table cameras (id int primary key, name text); insert into cameras values (1, 'a')",
        "vitest.config.ts": `import { shakedown } from "shakedown/vitest-plugin"; export default { plugins: [shakedown()] };`,
        "a.test.ts": testFile(`
          import pg from "pg";
          import { onTestFinished } from "vitest";
          test("waits", { timeout: 2500 }, async ({ db }) => {
            const [one, two] = [new pg.Client(db.url), new pg.Client(db.url)];
            for (const client of [one, two]) {
              client.on("error", () => {});
              await client.connect();
              onTestFinished(() => client.end());
            }
            await one.query("begin; update cameras set name = 'b' where id = 1");
            await two.query("update cameras set name = 'c' where id = 1");
          });
          test("fails otherwise", async ({ db }) => {
            throw new Error("otherwise");
          });`),
      },
      { pg: true },
    );
    const { code, out } = await project.shakedown(["run"]);
    expect(code).toBe(1);
    const causes = out.split("\n").filter((line) => line.includes("likely cause"));
    expect(causes).toEqual([
      expect.stringContaining(
        "likely cause: a statement waited for a lock that another session held (in the log of db)",
      ),
    ]);
  });
});
