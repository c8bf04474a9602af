import { expect, test } from "vitest";
import { openSession } from "../../src/supervisor/client.ts";
import type { HeldSession } from "../../src/supervisor/session.ts";
import { stackOf } from "./stack-of.ts";

const environment = process.env as Record<string, string>;
const clients = 20;

test(`${clients} attached clients cost the supervisor at most half a megabyte each`, async () => {
  await using plan = await stackOf({ one: { options: { perSlot: false } } });
  const open = async (): Promise<HeldSession> => {
    const session = await openSession({ plan, purpose: "run", environment });
    await session.borrow({ wish: 0, services: ["one"] });
    return session;
  };
  // What the first ones cost is code that is compiled once.
  const first = await Promise.all(Array.from({ length: 4 }, open));
  const memory = async () => (await first[0]?.status())?.memoryBytes ?? 0;
  const before = await memory();
  const more = await Promise.all(Array.from({ length: clients }, open));
  const eachMb = ((await memory()) - before) / clients / 1e6;
  expect(eachMb).toBeLessThanOrEqual(0.5);
  for (const session of [...more, ...first]) await session[Symbol.asyncDispose]();
});
