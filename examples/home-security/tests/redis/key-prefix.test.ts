import { describe } from "vitest";
import { cleanupKeys, testPrefix } from "../fixtures/test-prefix.ts";
import { test as unresetTest } from "../fixtures/unreset-test.ts";

// Nothing empties Redis between the tests of this file: what one of them leaves, the others would find.
const test = unresetTest.extend("testPrefix", testPrefix).extend("cleanupKeys", cleanupKeys);

describe("keys that begin with the test's prefix", { tags: ["redis"] }, () => {
  test.beforeAll(async ({ cache }) => {
    await cache.mset("test:somebody", "else's", "testing", "not a prefix");
  });
  test.beforeEach(async ({ cache, expect }) => {
    expect((await cache.keys("*")).toSorted()).toEqual(["test:somebody", "testing"]);
  });
  test.afterAll(async ({ cache }) => {
    const left = await cache.keys("*");
    if (left.toSorted().join() !== "test:somebody,testing") throw new Error(`left: ${left.join()}`);
  });

  test.for(["first", "second"])(
    "all kinds of them are gone after the test, and no others, the %s time",
    async (_, { cache, testPrefix: prefix, cleanupKeys: _deletes, expect }) => {
      expect(prefix).toMatch(/^test:[0-9a-f]{8}$/);
      await cache.set(`${prefix}:text`, "x");
      await cache.rpush(`${prefix}:list`, "x", "y");
      await cache.hset(`${prefix}:hash:deep`, "field", "x");

      expect(await cache.keys(`${prefix}:*`)).toHaveLength(3);
    },
  );

  test("more of them than one answer of SCAN holds", async ({
    cache,
    testPrefix: prefix,
    cleanupKeys: deleteKeys,
    expect,
  }) => {
    const many = Array.from({ length: 1000 }, (_, index) => [`${prefix}:${index}`, "x"]);
    await cache.mset(...many.flat());

    expect(await deleteKeys()).toBe(1000);
    expect(await cache.keys(`${prefix}:*`)).toEqual([]);
  });

  test("a test of the same moment keeps its own", async ({
    cache,
    testPrefix: prefix,
    cleanupKeys: deleteKeys,
    resources,
    expect,
  }) => {
    const another = testPrefix();
    await cache.mset(`${prefix}:key`, "mine", `${another}:key`, "theirs");
    resources.add("the other's key", `${another}:key`, (key) => cache.del(key));

    expect(await deleteKeys()).toBe(1);
    expect(await cache.get(`${another}:key`)).toBe("theirs");
  });

  test("without any there is nothing to do", async ({ cleanupKeys: deleteKeys, expect }) => {
    expect(await deleteKeys()).toBe(0);
  });
});
