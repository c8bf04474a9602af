import { beforeEach, expect, test } from "vitest";
import engine from "../../src/engines/redis/engine.ts";
import { redis } from "../../src/engines/redis/service.ts";
import { containersMissing, containersWith, images } from "../container/containers-available.ts";
import { need } from "../need.ts";
import { engineContext, openClientOn } from "../engine-context.ts";

const missing = containersMissing();
beforeEach((context) => need(context, missing));

test("Redis from an image: a number for each slot, with its limits told, emptied by resets, and nothing left", async () => {
  const service = redis({
    image: images.redis,
    provider: "container",
    settings: { maxmemory: 1e8 },
  });
  await using context = await engineContext(service);
  const label = `shakedown.project=${context.start.stack.file}`;
  const run = await engine.start(context.start);
  try {
    expect(run.provider).toMatchObject({
      kind: "container",
      version: expect.stringContaining(images.redis),
      passedOver: [
        { kind: "external", reason: "the stack requires container" },
        { kind: "native", reason: "the stack requires container" },
      ],
    });
    expect(run.note).toMatch(/pub\/sub, scripts, CLIENT and FLUSHALL are shared/);
    expect(containersWith(label)).toHaveLength(1);
    const leases = [await context.lease(run, 0), await context.lease(run, 1)] as const;
    const [zero, one] = await Promise.all(leases.map((lease) => openClientOn(service, lease)));
    await zero?.handle.set("a", "1");
    expect(await one?.handle.get("a")).toBeNull();
    expect(await zero?.reset(0)).toMatchObject({ kind: "restored" });
    expect(await zero?.handle.get("a")).toBeNull();
    expect(await zero?.handle.config("GET", "maxmemory")).toEqual(["maxmemory", "100000000"]);
    for (const client of [zero, one]) await client?.[Symbol.asyncDispose]();
  } finally {
    await run.stop();
  }
  expect(containersWith(label)).toEqual([]);
}, 60_000);
