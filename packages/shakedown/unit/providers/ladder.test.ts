import { expect, test } from "vitest";
import { chooseProvider, type Rung } from "../../src/providers/ladder.ts";

const absent: Rung<string> = {
  kind: "native",
  look: () => Promise.resolve({ passedOver: "not on PATH" }),
};

test("the first rung that works is taken, and those above it are kept with their reasons", async () => {
  const works: Rung<string> = {
    kind: "embedded",
    look: () => Promise.resolve({ found: "it", version: "x 1", reason: "installed" }),
  };
  const unseen: Rung<string> = {
    kind: "container",
    look: () => Promise.reject(new Error("looked too far")),
  };
  expect(await chooseProvider("x", [absent, works, unseen], "")).toEqual({
    found: "it",
    choice: {
      kind: "embedded",
      version: "x 1",
      reason: "installed",
      passedOver: [{ kind: "native", reason: "not on PATH" }],
    },
  });
});

test("when none works, all reasons are told", async () => {
  const failure = chooseProvider("db: a server", [absent], "Install one");
  await expect(failure).rejects.toMatchObject({
    code: "PROVIDER_NONE",
    hint: "Install one",
    message: expect.stringContaining("native: not on PATH"),
  });
});
