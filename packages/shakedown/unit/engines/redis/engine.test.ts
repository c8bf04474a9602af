import { expect, test } from "vitest";
import engine from "../../../src/engines/redis/engine.ts";
import type { JsonValue } from "../../../src/errors/shakedown-error.ts";
import { planFormat, type ServicePlan } from "../../../src/stack/plan.ts";
import type { Lifetime } from "../../../src/stack/service.ts";

async function problems(
  options: Readonly<Record<string, JsonValue>>,
  per: Lifetime = "slot",
): Promise<readonly string[]> {
  const service: ServicePlan = {
    name: "cache",
    per,
    needs: [],
    engine: { name: "redis", module: "" },
    options,
  };
  const found = await engine.validate(service, {
    format: planFormat,
    file: "/s.ts",
    root: "/",
    startTimeoutMs: 1000,
    services: [service],
  });
  return found.map(({ at, message, hint = "" }) => `${at} ${message}. ${hint}`.trim());
}

test("a good set of options has no problem", async () => {
  expect(await problems({ version: "7.2", settings: { databases: 4 } })).toEqual([]);
  expect(await problems({ url: "redis://h:6379/1" }, "run")).toEqual([]);
});

test("everything wrong is told at once", async () => {
  expect(
    await problems(
      {
        url: "http://h",
        version: "seven",
        settings: { port: 1 },
        sttings: {},
        provider: "natve",
        onOtherVersion: "panic",
      },
      "test",
    ),
  ).toEqual([
    "services.cache.url does not begin with redis:// or rediss://.",
    'services.cache.version is not a version such as "7" or "7.2".',
    'services.cache.provider "natve" is none of external, local, native, embedded, container; did you mean "native"?.',
    'services.cache.onOtherVersion is neither "refuse" nor "warn".',
    "services.cache.settings.port is decided by Shakedown.",
    "services.cache.sttings is not an option. Did you mean settings?",
    'services.cache.per "test" is not supported for redis. Take "slot": each test finds the server as it was at the baseline',
    "services.cache.settings has no effect on the server of `url`, which runs already. Take settings or url out",
  ]);
});
