import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, test } from "vitest";
import { makeCliProject } from "./cli-project.ts";

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
