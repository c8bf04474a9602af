import { request } from "node:http";
import { expect, test } from "vitest";
import { openSession } from "../../src/supervisor/client.ts";
import { addressOf } from "../../src/supervisor/ensure-supervisor.ts";
import { ownIdentity } from "../../src/process/identity.ts";
import { stackOf } from "./stack-of.ts";

const environment = process.env as Record<string, string>;

interface Told {
  readonly status: number;
  readonly code: string | undefined;
}

function ask(
  socketPath: string,
  method: string,
  [path, body]: readonly [string, string],
): Promise<Told> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, method, path, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const answer = JSON.parse(Buffer.concat(chunks).toString("utf8")) as {
          error?: { code: string };
        };
        resolve({ status: response.statusCode ?? 0, code: answer.error?.code });
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

test("requests that no client sends are refused, and harm nobody", async () => {
  await using plan = await stackOf({ one: {} });
  await using session = await openSession({ plan, purpose: "run", environment });
  const { socket } = await addressOf(plan.file, environment);
  const own = `/sessions/${session.address.session}`;
  const holder = ownIdentity();
  const claim = (
    wish: unknown,
    services: unknown = ["one"],
    who: unknown = holder,
  ): readonly [string, string] => [`${own}/slots`, JSON.stringify({ holder: who, wish, services })];
  const open = (body: object): readonly [string, string] => ["/sessions", JSON.stringify(body)];
  const strange: (readonly [string, string])[] = [
    ["/sessions", "garbage {"],
    ["/sessions", ""],
    ["/sessions", "[]"],
    open({ plan }),
    open({ plan, holder: null, purpose: "run", environment: {} }),
    open({ plan, holder: { pid: "1", startTime: 2 }, purpose: "run", environment: {} }),
    open({ plan, holder, purpose: "party", environment: {} }),
    open({ plan, holder, purpose: "run", environment: { A: 1 } }),
    open({ plan: 7, holder, purpose: "run", environment: {} }),
    claim("x"),
    claim(-1),
    claim(0.5),
    claim(1e300),
    claim(null),
    claim(0, "one"),
    claim(0, [1]),
    claim(0, ["one"], null),
    [
      `${own}/slots/99/retire`,
      JSON.stringify({ service: "one", reason: "", keep: false, services: ["one"] }),
    ],
    [
      `${own}/slots/x/retire`,
      JSON.stringify({ service: "one", reason: "", keep: false, services: ["one"] }),
    ],
    [`${own}/slots/0/restart/one`, ""],
    [`${own}/start`, JSON.stringify({ services: "one" })],
    ["/sessions/%/start", "{}"],
    ["/nowhere", "{}"],
  ];
  for (const sent of strange)
    expect({ sent, ...(await ask(socket, "POST", sent)) }).toMatchObject({
      sent,
      code: "CONTROL_PROTOCOL",
    });
  expect(await ask(socket, "POST", ["/sessions/unknown/start", "{}"])).toMatchObject({
    code: "SESSION_ENDED",
  });

  // A machine with many cores has workers whose numbers are above the number of slots.
  const lease = await session.borrow({ wish: 1_000_000_000, services: ["one"] });
  expect(lease.slot).toBe(0);
  expect((await session.status()).slots.map(({ slot }) => slot)).toEqual([0]);
});
