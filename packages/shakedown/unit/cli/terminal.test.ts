import { expect, test } from "vitest";
import { openTerminal } from "../../src/cli/terminal.ts";

const terminal = { write: () => true, isTTY: true, columns: 80 };
const pipe = { write: () => true };

test.for([
  [
    "a terminal has colours and is drawn over",
    terminal,
    {},
    undefined,
    { colours: true, redraws: true },
  ],
  ["a pipe has neither", pipe, {}, undefined, { colours: false, redraws: false }],
  [
    "NO_COLOR takes the colours away",
    terminal,
    { NO_COLOR: "1" },
    undefined,
    { colours: false, redraws: true },
  ],
  [
    "an empty NO_COLOR does not",
    terminal,
    { NO_COLOR: "" },
    undefined,
    { colours: true, redraws: true },
  ],
  [
    "CI keeps lines where they are",
    terminal,
    { CI: "true" },
    undefined,
    { colours: true, redraws: false },
  ],
  [
    "FORCE_COLOR brings them into a pipe",
    pipe,
    { FORCE_COLOR: "1" },
    undefined,
    { colours: true, redraws: false },
  ],
  [
    "the flag is stronger than the environment",
    terminal,
    { FORCE_COLOR: "1" },
    false,
    { colours: false, redraws: true },
  ],
  [
    "a dumb terminal has neither",
    terminal,
    { TERM: "dumb" },
    undefined,
    { colours: false, redraws: false },
  ],
] as const)("%s", ([, out, environment, color, expected]) => {
  const opened = openTerminal({ out, err: out, environment, color });
  expect({ colours: opened.paint("red", "x") !== "x", redraws: opened.redraws }).toEqual(expected);
});
