import { mkdir, readdir, readFile, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  eventsOf,
  makeCliProject,
  normalised,
  nothingStays,
  testFile,
  webServer,
  webStack,
} from "./cli-project.ts";

const files = { "server.mjs": webServer, "shakedown.stack.ts": webStack };
const passing = testFile(
  `test("answers", async ({ api, expect }) => expect((await api.get("/fine")).status).toBe(200));`,
);
const failing = testFile(
  `test("is wrong", { tags: ["odd"] }, async ({ api, expect }) => expect((await api.get("/wrong")).status).toBe(404));`,
);

describe("run", () => {
  test("passes on services that were not there before, and leaves reports and nothing else", async () => {
    await using project = await makeCliProject({ ...files, "tests/api.test.ts": inTests(passing) });
    const { code, out, err } = await project.shakedown(["run"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^run \d{4}-\d\d-\d\d-\d{4}-[0-9a-f]{4}\n/);
    expect(out).toContain("✔ clock    node server.mjs  native    started in ");
    expect(out).toMatch(
      / 1 passed \([\d.]+ m?s\)\n report: \.shakedown\/report\/index\.html {3}files: \.shakedown\/runs\/\S+\n$/,
    );
    await nothingStays(project);
    expect(
      (await readdir(await realpath(join(project.folder, ".shakedown", "latest")))).sort(),
    ).toEqual(["events.jsonl", "junit.xml", "report.html", "summary.txt"]);
    expect(await readFile(join(project.folder, ".shakedown", ".gitignore"), "utf8")).toBe("*\n");
    const events = await eventsOf(project);
    expect(events.at(0)).toMatchObject({ type: "run:started", command: "shakedown run" });
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(["service:ready", "slot:leased", "test:finished"]),
    );
    expect(events.at(-1)).toMatchObject({ type: "run:finished", exitCode: 0 });
  });

  test("tells of a failed test what the services did while it ran", async () => {
    await using project = await makeCliProject({
      ...files,
      "a.test.ts": passing,
      "b.test.ts": failing,
    });
    const { code, out } = await project.shakedown(["run", "--workers", "1"]);
    expect(code).toBe(1);
    const summary = out.slice(out.lastIndexOf(" ✖ b.test.ts"));
    expect(summary).toMatch(/^ ✖ b\.test\.ts › is wrong\n {5}slot 0 · /);
    expect(summary).toContain("again: shakedown run b.test.ts:");
    expect(summary).not.toContain("expected 200");
    expect(summary).toContain("tags odd");
    expect(summary).toMatch(/log of api \(slot 0\)\n {7}│ \d\d:\d\d:\d\d\.\d{3} asked for \/wrong/);
    expect(summary).not.toContain("/fine");
    expect(summary).toMatch(/ 1 passed, 1 failed \(/);
    const junit = await readFile(join(project.folder, ".shakedown", "latest", "junit.xml"), "utf8");
    expect(junit).toContain('tests="2" failures="1"');
    expect(junit).toContain("asked for /wrong");
    const text = await readFile(
      join(project.folder, ".shakedown", "latest", "summary.txt"),
      "utf8",
    );
    expect(text).toContain("asked for /wrong");
    expect(text).toContain("expected 200 to be 404");
    await nothingStays(project);
  });

  test("starts no service when no test needs one", async () => {
    await using project = await makeCliProject({
      ...files,
      "plain.test.ts": `import { test } from "vitest"; test("adds up", () => {});`,
    });
    expect(await project.shakedown(["run"])).toMatchObject({ code: 0 });
    expect((await eventsOf(project)).filter(({ type }) => type.startsWith("service:"))).toEqual([]);
  });

  test("uses what `up` left running, and leaves it so", async () => {
    await using project = await makeCliProject({ ...files, "a.test.ts": passing });
    await project.shakedown(["up"]);
    const { code, out } = await project.shakedown(["run"]);
    expect(code).toBe(0);
    expect(out).toMatch(/clock .* was running/);
    expect((await project.shakedown(["status"])).out).toContain("ready");
  });

  test("a service that does not start is not the tests' fault", async () => {
    await using project = await makeCliProject({
      ...files,
      "server.mjs": `console.error("no port for me"); process.exit(7);`,
      "a.test.ts": passing,
    });
    const { code, out, err } = await project.shakedown(["run"]);
    expect(code).toBe(3);
    expect(out).toContain("✖ clock");
    expect(`${out}${err}`).toContain("no port for me");
    await nothingStays(project);
  });

  test("runs from a sub-folder with paths as they are meant there", async () => {
    await using project = await makeCliProject({
      ...files,
      "tests/a.test.ts": inTests(passing),
      "tests/b.test.ts": inTests(failing),
    });
    const { code, out } = await project.shakedown(["run", "a.test.ts"], { cwd: "tests" });
    expect({ code, passed: out.includes(" 1 passed (") }).toEqual({ code: 0, passed: true });
    expect(await stat(join(project.folder, ".shakedown", "latest"))).toBeDefined();
  });

  test("takes the project's own configuration, with the plugin or without, and its projects", async () => {
    const plain = `export default { test: { include: ["**/*.spec.ts"] } };`;
    await using project = await makeCliProject({
      ...files,
      "vitest.config.ts": plain,
      "a.spec.ts": passing,
      "b.test.ts": failing,
    });
    expect(await project.shakedown(["run"])).toMatchObject({ code: 0 });
    await project.write({
      "vitest.config.ts": `
import { shakedown } from "shakedown/vitest-plugin";
export default { plugins: [shakedown()], test: { include: ["**/*.spec.ts"] } };`,
    });
    expect(await project.shakedown(["run"])).toMatchObject({ code: 0 });
    const resets = (await eventsOf(project)).filter(({ type }) => type === "slot:leased");
    expect(resets).toHaveLength(1);
    await project.write({
      "vitest.config.ts": `
import { shakedown } from "shakedown/vitest-plugin";
export default { test: { projects: [
  { plugins: [shakedown()], test: { name: "spec", include: ["**/*.spec.ts"] } },
  { test: { name: "none", include: ["**/*.none.ts"] } },
] } };`,
    });
    const { code, out } = await project.shakedown(["run"]);
    expect({ code, passed: out.includes(" 1 passed (") }).toEqual({ code: 0, passed: true });
  });

  test("passes its own flags and everything behind -- to Vitest", async () => {
    await using project = await makeCliProject({
      ...files,
      "a.test.ts": passing,
      "b.test.ts": failing,
    });
    const byTag = await project.shakedown(["run", "--tag", "!odd"]);
    expect(byTag).toMatchObject({ code: 0 });
    const byName = await project.shakedown([
      "run",
      "--shuffle",
      "--seed",
      "7",
      "--",
      "-t",
      "answers",
      "--reporter=tap",
    ]);
    expect(byName).toMatchObject({ code: 0 });
    expect(byName.out).toContain("TAP version 13");
    const wrong = await project.shakedown(["run", "--", "--nonsense-flag"]);
    expect(wrong.code).toBe(2);
    expect(wrong.err).toContain("CLI_USAGE");
    const watching = await project.shakedown(["run", "--", "--watch"]);
    expect(watching.code).toBe(2);
    expect(watching.err).toContain("npx vitest");
    expect(await project.shakedown(["run", "no-such-file"])).toMatchObject({ code: 1 });
  });

  test("with --json, standard output is one document", async () => {
    await using project = await makeCliProject({
      ...files,
      "a.test.ts": passing,
      "b.test.ts": failing,
    });
    const { code, out, err } = await project.shakedown(["run", "--json"]);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ passed: 1, failed: 1, skipped: 0, exitCode: 1 });
    expect(err).toContain("b.test.ts");
  });

  test("says how to install Vitest where it is missing", async () => {
    await using project = await makeCliProject(files, { vitest: false });
    await mkdir(join(project.folder, "node_modules", "other"));
    const { code, err } = await project.shakedown(["run"]);
    expect(code).toBe(2);
    expect(normalised(err, project)).toMatchInlineSnapshot(`
      "✖ vitest is not installed in <project>

      → Install it: npm install --save-dev vitest
        DRIVER_MISSING
      "
    `);
    await nothingStays(project);
  });

  test("a test file that does not load fails the run", async () => {
    await using project = await makeCliProject({
      ...files,
      "a.test.ts": `throw new Error("not today");`,
      "b.test.ts": passing,
    });
    const { code, out, err } = await project.shakedown(["run"]);
    expect(code).toBe(1);
    expect(`${out}${err}`).toContain("not today");
    expect(out).toContain(" 1 passed, 1 failed (");
  });
});

function inTests(text: string): string {
  return text.replace('"./shakedown', '"../shakedown');
}
