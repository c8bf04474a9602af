import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { rerunCommand } from "../../src/model/rerun-command.ts";
import { toRunModel } from "../../src/model/run-model.ts";
import { sampleRun } from "../sample-run.ts";
import { hostileTexts } from "../hostile-texts.ts";

const command = (name: string, file = "tests/a.test.ts", suite: string[] = ["cameras"]) =>
  rerunCommand({ id: "1", file, suite, name, tags: [] });

test("names the file and the line", () => {
  const test = {
    id: "1",
    file: "tests/a.test.ts",
    suite: ["cameras"],
    name: "is",
    tags: [],
    line: 12,
  };
  expect(rerunCommand(test)).toBe("npx shakedown run tests/a.test.ts:12");
  expect(rerunCommand(test, { lineIsShared: true })).toBe(
    "npx shakedown run tests/a.test.ts -- -t '^cameras (> )?is$'",
  );
});

test("tests of a table stand on one line, and are told apart by their names", () => {
  const events = sampleRun({ tests: 3 }).map((event) =>
    event.type === "test:finished" && event.test.id !== "0_2"
      ? { ...event, test: { ...event.test, line: 7 } }
      : event,
  );
  expect(toRunModel(events).rows.map(({ rerun }) => rerun.includes(" -- -t "))).toEqual([
    true,
    true,
    false,
  ]);
});

test("without a line, names the test in full", () => {
  expect(command("deletes its events")).toBe(
    "npx shakedown run tests/a.test.ts -- -t '^cameras (> )?deletes its events$'",
  );
});

test("what failed around a file or a suite runs again as a whole", () => {
  expect(command("(the file itself)", "tests/a.test.ts", [])).toBe(
    "npx shakedown run tests/a.test.ts",
  );
  expect(command("(hooks of the suite)")).toBe(
    "npx shakedown run tests/a.test.ts -- -t '^cameras '",
  );
});

test.for([...hostileTexts, "it's", 'a$b `c` $(d) "e" \\ !f', "[a] (b) {c} ^d$ .*?+|"])(
  "a shell takes it as one argument, and its pattern finds the name: %j",
  (name) => {
    const line = command(name, "tests/a b's.test.ts");
    expect(line).not.toMatch(/[\n\r]/);
    const words = execFileSync("/bin/sh", ["-c", String.raw`printf '%s\0' ${line}`], {
      encoding: "utf8",
    });
    const [npx, shakedown, run, file, dashes, flag, pattern, ...more] = words.split("\0");
    expect([npx, shakedown, run, file, dashes, flag]).toEqual([
      "npx",
      "shakedown",
      "run",
      "tests/a b's.test.ts",
      "--",
      "-t",
    ]);
    expect(more).toEqual([""]);
    expect(new RegExp(pattern ?? "", "s").test(`cameras > ${name}`)).toBe(true);
  },
);

test("a file whose name cannot be pasted is left to the name's pattern", () => {
  expect(command("x", "tests/a\nb.test.ts")).toBe("npx shakedown run -- -t '^cameras (> )?x$'");
});
