import { describe, expect, test } from "vitest";
import { Scope } from "../../src/kit/scope.ts";

describe("a scope", () => {
  test("closes in reverse order, one after the other", async () => {
    const closed: string[] = [];
    const scope = new Scope();
    scope.own("server", "server", async (name) => {
      await Promise.resolve();
      closed.push(name);
    });
    scope.defer("client", () => closed.push("client"));
    await scope[Symbol.asyncDispose]();
    expect(closed).toEqual(["client", "server"]);
  });

  test("hands back what it owns", () => {
    const value = { port: 1 };
    expect(new Scope().own("server", value, () => {})).toBe(value);
  });

  test("runs every closer and tells all failures", async () => {
    const closed: string[] = [];
    const scope = new Scope();
    scope.defer("folder", () => closed.push("folder"));
    scope.defer("server", () => Promise.reject(new Error("still busy")));
    scope.defer("client", () => {
      throw new Error("already gone");
    });
    const failure: unknown = await scope[Symbol.asyncDispose]().then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(closed).toEqual(["folder"]);
    expect(failure).toBeInstanceOf(AggregateError);
    expect((failure as AggregateError).message).toBe(
      "closing client: already gone; closing server: still busy",
    );
  });

  test("closes each thing once", async () => {
    let closed = 0;
    const scope = new Scope();
    scope.defer("server", () => (closed += 1));
    await scope[Symbol.asyncDispose]();
    await scope[Symbol.asyncDispose]();
    expect(closed).toBe(1);
  });

  test("closes at the end of an `await using` block, also when the block throws", async () => {
    const closed: string[] = [];
    const block = async (): Promise<void> => {
      await using scope = new Scope();
      scope.defer("server", () => closed.push("server"));
      throw new Error("the block failed");
    };
    await expect(block()).rejects.toThrow("the block failed");
    expect(closed).toEqual(["server"]);
  });
});
