import { expect, test } from "vitest";
import { providerEnvironment, readPolicy } from "../../src/providers/provider-policy.ts";

const read = (environment: Readonly<Record<string, string>>) =>
  readPolicy({
    service: "db",
    services: ["db", "cache"],
    option: undefined,
    hasUrl: false,
    environment,
  });

test("nothing said is no policy; empty variables and stray commas say nothing", () => {
  expect(read({})).toEqual({ prefer: [], forbid: [] });
  expect(read({ SHAKEDOWN_PREFER: " , ", SHAKEDOWN_FORBID: "" })).toEqual({
    prefer: [],
    forbid: [],
  });
});

test("words for one service reach only it", () => {
  const { forbid } = read({ SHAKEDOWN_FORBID: "cache=native, db = Container" });
  expect(forbid).toEqual([{ word: "container", by: "SHAKEDOWN_FORBID" }]);
});

test.each([
  ["natve", "Did you mean native?"],
  ["docker", "Did you mean container?"],
  ["zzzzz", expect.stringContaining("SHAKEDOWN_PREFER=db=native")],
  ["bd=native", "Did you mean db?"],
  ["db=contianer", "Did you mean container?"],
])("SHAKEDOWN_PREFER=%s is refused with the nearest right word", (value, hint) => {
  expect(() => read({ SHAKEDOWN_PREFER: value })).toThrow(
    expect.objectContaining({ code: "ENVIRONMENT_INVALID", hint }),
  );
});

test("the service of another stack is left alone", () => {
  expect(read({ SHAKEDOWN_PREFER: "warehouse=native" }).prefer).toEqual([]);
});

test("what shapes the choice is part of the key of a running stack, the rest is not", () => {
  expect(
    providerEnvironment({ PATH: "/bin", SHAKEDOWN_FORBID: "native", TEST_REDIS_URL: "" }),
  ).toEqual({ SHAKEDOWN_FORBID: "native" });
});
