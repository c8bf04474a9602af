import * as v from "valibot";
import { expect, test } from "vitest";
import { providerEntries } from "../../src/providers/provider-option.ts";
import { providerProblems } from "../../src/providers/provider-problems.ts";
import type { ProviderOption } from "../../src/providers/provider-words.ts";

const told = (option: ProviderOption, hasUrl = false) =>
  providerProblems({
    at: "services.cache",
    option,
    kinds: ["external", "native", "container"],
    hasUrl,
  }).map(({ at, message }) => `${at} ${message}`);

test("a provider that the engine has not, and wishes that contradict each other, are told", () => {
  expect(told("native")).toEqual([]);
  expect(told({ prefer: ["container", "native"], forbid: "embedded" })).toEqual([]);
  expect(told("embedded")).toEqual([
    "services.cache.provider embedded is no provider of this service",
  ]);
  expect(told("native", true)).toEqual([
    "services.cache.provider requires native, and `url` names a server",
  ]);
  expect(told({ require: "native", forbid: ["native"] })).toEqual([
    "services.cache.provider.forbid has native, which is required too",
  ]);
});

test.each([
  [
    "natve",
    '"natve" is none of external, local, native, embedded, container; did you mean "native"?',
  ],
  [{ prefer: "contaner" }, '"contaner" is none of external, local, native, embedded, container'],
  [{ favour: "native" }, ""],
])("%j is refused", (provider, message) => {
  const { success, issues } = v.safeParse(v.strictObject(providerEntries), { provider });
  expect(success).toBe(false);
  expect(issues?.[0].message).toContain(message);
});
