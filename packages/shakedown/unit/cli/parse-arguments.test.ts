import { describe, expect, test } from "vitest";
import { command, type Command } from "../../src/cli/command.ts";
import type { ShakedownError } from "../../src/errors/shakedown-error.ts";
import { parseArguments } from "../../src/cli/parse-arguments.ts";

const sail = command({
  name: "sail",
  summary: "Sail",
  usage: "[port…] [-- rigging]",
  options: {
    knots: { type: "number", short: "k", value: "number", summary: "Speed." },
    flag: { type: "strings", value: "name", summary: "A flag." },
    night: { type: "boolean", summary: "By night." },
    captain: { type: "string", value: "name", summary: "Who." },
  },
  passesRest: true,
  run: async () => 0,
}) as unknown as Command;

describe("parseArguments", () => {
  test("reads every type of flag, words between them, and keeps what is behind -- as it stands", () => {
    const parsed = parseArguments(sail, [
      "oslo",
      "-k",
      "12",
      "--flag",
      "red",
      "--night",
      "bergen",
      "--flag=blue",
      "--captain=--odd",
      "--",
      "--knots",
      "x",
      "--",
    ]);
    expect(parsed).toEqual({
      options: { knots: 12, flag: ["red", "blue"], night: true, captain: "--odd" },
      positionals: ["oslo", "bergen"],
      rest: ["--knots", "x", "--"],
    });
  });

  test("knows the flags that every command has", () => {
    expect(parseArguments(sail, ["--no-color", "--stack", "a.ts", "--json"]).options).toEqual({
      color: false,
      stack: "a.ts",
      json: true,
    });
    expect(parseArguments(sail, ["-h"]).options).toEqual({ help: true });
  });

  test("tells all mistakes at once, with the nearest flag", () => {
    expect(() =>
      parseArguments(sail, ["--nots", "3", "-k", "fast", "--night=yes", "-z", "--captain"]),
    ).toThrowError(
      expect.objectContaining({
        code: "CLI_USAGE",
        message:
          'shakedown sail: unknown flag --nots, did you mean --knots?; -k needs a whole number, got "fast"; --night takes no value, got "yes"; unknown flag -z; --captain needs a name',
        hint: "See what it takes: shakedown sail --help",
      }),
    );
  });

  test("shows where the flags and words of another program stand", () => {
    const hint = (argv: readonly string[], command: Command = sail): unknown => {
      try {
        return parseArguments(command, argv);
      } catch (error) {
        return (error as ShakedownError).hint;
      }
    };
    expect(hint(["oslo", "--bail=1"])).toBe(
      "What belongs to the program that it runs stands behind --: shakedown sail oslo -- --bail=1",
    );
    expect(hint(["--nots", "3"])).toBe("See what it takes: shakedown sail --help");
    const tow = { ...sail, name: "tow", positionals: { least: 0, most: 0, what: "" } };
    expect(hint(["-k", "2", "pytest", "-n", "two words"], tow)).toBe(
      "What belongs to the program that it runs stands behind --: shakedown tow -k 2 -- pytest -n 'two words'",
    );
  });

  test("names only the words that it cannot do without", () => {
    const visit = {
      ...sail,
      positionals: { least: 1, most: 2, what: "a port and a quay", needs: "a port" },
    };
    expect(() => parseArguments(visit, [])).toThrow("sail: a port is missing");
    expect(() => parseArguments(visit, ["a", "b", "c"])).toThrow("it takes a port and a quay only");
  });

  test("refuses words and a -- that the command has no use for", () => {
    const anchor = {
      ...sail,
      name: "anchor",
      passesRest: false,
      positionals: { least: 1, most: 1, what: "one place" },
    };
    expect(() => parseArguments(anchor, [])).toThrow("one place is missing");
    expect(() => parseArguments(anchor, ["a", "b", "c"])).toThrow(
      '"b c" is too much: it takes one place only',
    );
    expect(() => parseArguments(anchor, ["a", "--", "b"])).toThrow("anchor takes nothing after --");
    expect(parseArguments(anchor, ["--help"]).options).toEqual({ help: true });
  });

  test("a -- without anything behind it is no mistake", () => {
    expect(parseArguments({ ...sail, passesRest: false }, ["--"]).rest).toEqual([]);
  });
});
