import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { drizzle, kysely, prisma, typeorm } from "../../src/engines/postgres/presets.ts";
import type { JsonValue } from "../../src/errors/shakedown-error.ts";
import { makeProject } from "./project.ts";
import { startEngine } from "./start-engine.ts";

const createUsers = "create table users (id serial primary key);";

test.each([
  [
    "prisma",
    prisma(),
    {
      "prisma/migrations/20240101_users/migration.sql": createUsers,
      "prisma/migrations/20240102_name/migration.sql": "alter table users add column name text;",
      "prisma/migrations/migration_lock.toml": 'provider = "postgresql"',
    },
  ],
  [
    "drizzle",
    drizzle({ folder: "db/drizzle" }),
    {
      "db/drizzle/0000_users.sql": `${createUsers}\n--> statement-breakpoint\ncreate index on users (id);`,
      "db/drizzle/0001_name.sql": "alter table users add column name text;",
      "db/drizzle/meta/_journal.json": "{}",
    },
  ],
])("%s's migrations are read from its folder, without the tool", async (_tool, migrate, files) => {
  await using project = await makeProject(files);
  await using started = await startEngine({ ...project, options: { migrate: toJson(migrate) } });
  await using lease = await releasing(started.lease(0));
  expect(await started.query(lease, "select id, name from users")).toEqual([]);
});

test.each([
  ["kysely", kysely(), ["migrate:latest"], ["migrations/1.ts"]],
  [
    "typeorm",
    typeorm(),
    ["migration:run", "-d", "src/data-source.js"],
    ["src/migrations/1.ts", "src/data-source.js"],
  ],
  [
    "prisma",
    prisma({ push: true }),
    ["db", "push", "--skip-generate", "--schema", "prisma/schema.prisma"],
    ["prisma/schema.prisma"],
  ],
])(
  "%s's command is run with DATABASE_URL, and again only when its files change",
  async (tool, migrate, args, files) => {
    await using project = await makeProject({
      "package.json": "{}",
      // Stands for the tool: what matters is how it is called, and where.
      [`node_modules/.bin/${tool}`]: `#!/usr/bin/env node\nconsole.log("called", process.argv.slice(2).join(" "), new URL(process.env.DATABASE_URL).pathname);\n`,
      ...Object.fromEntries(files.map((file) => [file, ""])),
    });
    await chmod(join(project.root, "node_modules/.bin", tool), 0o755);
    const options = { migrate: toJson(migrate) };
    {
      await using started = await startEngine({ ...project, options });
      expect(started.log).toContain(`called ${args.join(" ")} /shakedown_template`);
    }
    {
      await using again = await startEngine({ ...project, options });
      expect(again.running.note).toBe("data folder from cache");
    }
    await project.write({ [files[0] ?? ""]: "changed" });
    await using changed = await startEngine({ ...project, options });
    expect(changed.running.note).toMatch(/^migrated by npx /);
  },
);

function toJson(value: unknown): JsonValue {
  return JSON.parse(JSON.stringify(value)) as JsonValue;
}

async function releasing<Lease extends { release(): Promise<void> }>(leasing: Promise<Lease>) {
  const lease = await leasing;
  return { ...lease, [Symbol.asyncDispose]: () => lease.release() };
}
