import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const testCount = 1575;
const testsPerFile = 45;

export type Flavour = "bare" | "shakedown";

/** Writes the same tests twice: against servers made by hand, and on Shakedown's fixtures. */
export function writeSuite(project: string): void {
  const generated = join(project, "generated");
  rmSync(generated, { recursive: true, force: true });
  for (const flavour of ["bare", "shakedown"] as const) {
    mkdirSync(join(generated, flavour), { recursive: true });
    for (let file = 0; file < testCount / testsPerFile; file += 1) {
      writeFileSync(join(generated, flavour, `items-${file}.test.ts`), testFile(flavour, file));
    }
  }
}

function testFile(flavour: Flavour, file: number): string {
  const tests = Array.from({ length: testsPerFile }, (_, index) =>
    testBody(flavour, `${file}.${index}`),
  );
  return `${heads[flavour]}\n${tests.join("\n")}`;
}

const heads: Readonly<Record<Flavour, string>> = {
  bare: `import pg from "pg";
import { afterAll, expect, inject, test } from "vitest";

const server = inject("servers")[Number(process.env.VITEST_POOL_ID) - 1]!;
const pool = new pg.Pool({ connectionString: server.databaseUrl, max: 5 });
afterAll(() => pool.end());

async function call(method: string, path: string, body?: object) {
  const response = await fetch(server.apiUrl + path, {
    method,
    ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as any };
}
`,
  shakedown: `import { stackTest } from "shakedown/vitest";
import { expect } from "vitest";
import stack from "../../shakedown.stack.ts";

const test = stackTest(stack);
`,
};

/** Four requests and two statements. Without isolation the name must be unique, and a count of all rows cannot be asserted. */
function testBody(flavour: Flavour, id: string): string {
  if (flavour === "bare") {
    return `test("an item is made, read, changed and removed ${id}", async () => {
  const name = "item ${id}";
  const made = await call("POST", "/items", { name, price: 3 });
  expect(made.status).toBe(201);
  expect((await call("GET", "/items/" + made.body.id)).body.name).toBe(name);
  await pool.query("insert into audits (item_id, note) values ($1, $2)", [made.body.id, "made"]);
  expect((await call("PATCH", "/items/" + made.body.id, { price: 4 })).body.price).toBe(4);
  expect((await call("DELETE", "/items/" + made.body.id)).status).toBe(200);
  const audits = await pool.query("select id from audits where item_id = $1", [made.body.id]);
  expect(audits.rows).toEqual([]);
});`;
  }
  return `test("an item is made, read, changed and removed ${id}", async ({ api, db }) => {
  const name = "item ${id}";
  const made = await api.post("/items", { name, price: 3 });
  expect(made.status).toBe(201);
  expect((await api.get("/items/" + made.body.id)).body.name).toBe(name);
  await db.sql\`insert into audits (item_id, note) values (\${made.body.id}, 'made')\`;
  expect((await api.patch("/items/" + made.body.id, { price: 4 })).body.price).toBe(4);
  expect((await api.delete("/items/" + made.body.id)).status).toBe(200);
  expect(await db.sql\`select id from audits where item_id = \${made.body.id}\`).toEqual([]);
});`;
}
