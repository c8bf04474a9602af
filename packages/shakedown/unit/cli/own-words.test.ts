import { expect, test } from "vitest";
import { inOwnWords, ownName } from "../../src/cli/own-words.ts";

test("hints name the command as its reader calls it", () => {
  const text = "Read its log: shakedown logs db (or `npx shakedown status`)";
  expect(inOwnWords(text, {})).toBe("Read its log: shakedown logs db (or `shakedown status`)");
  const npm = { npm_config_user_agent: "npm/11.4.2 node/v24.1.0 linux x64 workspaces/false" };
  expect(inOwnWords(text, npm)).toBe(
    "Read its log: npx shakedown logs db (or `npx shakedown status`)",
  );
  expect(ownName({ npm_config_user_agent: "pnpm/10.0.0 npm/? node/v24" })).toBe("pnpm shakedown");
});

test("other words that look like it stay", () => {
  const npm = { npm_config_user_agent: "npm/11.4.2" };
  const text =
    "shakedown 0.1.0 in /srv/shakedown run by shakedown.stack.ts; @scope/shakedown up; Shakedown runs";
  expect(inOwnWords(text, npm)).toBe(text);
});
