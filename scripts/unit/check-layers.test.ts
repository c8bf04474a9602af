import { describe, expect, test } from "vitest";
import { checkDrivers, checkModule, forbidden } from "../check-layers.ts";

describe("the direction of imports", () => {
  test.each([
    ["supervisor/slot.ts", "engines/engine.ts"],
    ["stack/plan.ts", "errors/codes.ts"],
    ["kit/until.ts", "errors/shakedown-error.ts"],
    ["cli/main.ts", "reports/junit.ts"],
    ["public/index.ts", "cli/main.ts"],
    ["engines/postgres/client.ts", "engines/postgres/isolate/undo.ts"],
    ["engines/postgres/engine.ts", "engines/engine.ts"],
  ])("%s may import %s", (from, to) => {
    expect(forbidden(from, to)).toBeUndefined();
  });

  test.each([
    ["stack/plan.ts", "supervisor/slot.ts"],
    ["errors/codes.ts", "stack/plan.ts"],
    ["process/leash.ts", "waits/tcp.ts"],
    ["engines/postgres/client.ts", "engines/redis/client.ts"],
    ["fixtures/stack-test.ts", "public/index.ts"],
    ["fixtures/stack-test.ts", "public/vitest.ts"],
    ["supervisor/main.ts", "nowhere/file.ts"],
  ])("%s may not import %s", (from, to) => {
    expect(forbidden(from, to)).toBeTypeOf("string");
  });

  test("a finding has the line of the import and says what is allowed", () => {
    const source =
      'import { join } from "node:path";\nimport {\n  a,\n  b,\n} from "../supervisor/slot.ts";\n';
    expect(checkModule({ path: "providers/native.ts", source })).toEqual([
      {
        file: "providers/native.ts",
        line: 5,
        message:
          "imports supervisor/slot.ts: providers/ may import errors, kit, events, process, waits, stack",
      },
    ]);
  });

  test("types are free, in each way of writing them", () => {
    const source = [
      'import type { Slot } from "../supervisor/slot.ts";',
      'export type { Slot } from "../supervisor/slot.ts";',
      'type Loaded = typeof import("../supervisor/slot.ts");',
      '// import { slot } from "../supervisor/slot.ts";',
    ].join("\n");
    expect(checkModule({ path: "stack/plan.ts", source })).toEqual([]);
  });

  test("an import() is an import", () => {
    const source = 'const module = await import("../supervisor/slot.ts");';
    expect(checkModule({ path: "stack/plan.ts", source })).toHaveLength(1);
  });
});

describe("what is reserved for some rooms", () => {
  test.each([
    ['import { spawn } from "node:child_process";', "node:child_process"],
    ["process.exit(1);", "process.exit"],
    ["const [word] = process.argv.slice(2);", "process.argv"],
    ['console.log("hello");', "console"],
    ['const home = process.env["HOME"];', "process.env"],
  ])("%s is found in engines/", (source, what) => {
    const [finding] = checkModule({ path: "engines/redis/engine.ts", source });
    expect(finding?.message).toContain(`uses ${what}`);
  });

  test("a comment may name what its code does not use", () => {
    const source = "// console.log() would garble the progress lines\n/* process.exit(1) */\n";
    expect(checkModule({ path: "engines/redis/engine.ts", source })).toEqual([]);
  });
});

describe("drivers", () => {
  const lazy = 'const { Client } = await import("pg");';

  test("one file of an engine imports its driver, when it is first used", () => {
    expect(checkDrivers([{ path: "engines/postgres/connect.ts", source: lazy }])).toEqual([]);
  });

  test("a second file of the same engine may not", () => {
    const findings = checkDrivers([
      { path: "engines/postgres/connect.ts", source: lazy },
      { path: "engines/postgres/seed.ts", source: lazy },
    ]);
    expect(findings).toEqual([
      {
        file: "engines/postgres/seed.ts",
        line: 1,
        message:
          "imports pg, as engines/postgres/connect.ts does: a driver is imported in one file",
      },
    ]);
  });

  test("none is imported at load", () => {
    const source = 'import { Client } from "pg";';
    expect(checkDrivers([{ path: "engines/postgres/connect.ts", source }])).toHaveLength(1);
    expect(
      checkDrivers([
        { path: "engines/postgres/connect.ts", source: source.replace("{", "{ type") },
      ]),
    ).toHaveLength(1);
    expect(
      checkDrivers([
        { path: "engines/postgres/connect.ts", source: source.replace("import", "import type") },
      ]),
    ).toEqual([]);
  });
});
