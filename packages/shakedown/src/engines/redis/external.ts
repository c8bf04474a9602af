import { randomBytes } from "node:crypto";
import { ShakedownError } from "../../errors/shakedown-error.ts";
import type { Death, RunningLease, RunningService, StartContext } from "../engine.ts";
import {
  parseRedisUrl,
  type RedisAddress,
  type RedisConnection,
  redisConnection,
  refuseErrors,
} from "./connection.ts";
import { toJson } from "./control.ts";
import type { Reply } from "./resp.ts";

export const externalNote =
  "slots have database numbers: pub/sub, scripts, CLIENT and FLUSHALL are shared with everybody on this server";

export interface ExternalServer {
  readonly version: string;
  /** "redis.ci:6379" */
  readonly shown: string;
  start(context: StartContext): Promise<Omit<RunningService, "provider">>;
}

export interface ExternalOptions {
  /** Long enough for a supervisor that is stopped for a moment, short enough for whoever waits after a kill. @default 30000 */
  readonly claimMs?: number;
}

/**
 * Looks at a server that is there already.
 *
 * @throws ShakedownError `PROVIDER_NONE` when it does not answer or has one database only
 */
export async function lookAtExternal(
  url: string,
  { claimMs = 30_000 }: ExternalOptions = {},
): Promise<ExternalServer> {
  const address = parseRedisUrl(url);
  const shown = `${address.host}:${address.port}`;
  const connection = redisConnection(address);
  try {
    const [info, configured] = await connection.run([
      ["INFO", "server"],
      ["CONFIG", "GET", "databases"],
    ]);
    const version =
      /^(?:redis|valkey)_version:(\S+)/m.exec(textOf(info))?.[1] ?? "of unknown version";
    const databases = await countDatabases(connection, configured, address.database);
    return {
      version,
      shown,
      start: (context) =>
        startExternal(context, { url, address, databases, shown, version, claimMs }),
    };
  } catch (cause) {
    throw new ShakedownError(
      "PROVIDER_NONE",
      `the Redis server at ${shown} cannot be used: ${(cause as Error).message}`,
      {
        hint: "Look at the address and the password, or leave url out to get a server of your own",
        cause,
      },
    );
  } finally {
    connection[Symbol.dispose]();
  }
}

interface Server {
  readonly url: string;
  readonly address: RedisAddress;
  readonly databases: number;
  readonly shown: string;
  readonly version: string;
  readonly claimMs: number;
}

async function startExternal(
  { service }: StartContext,
  server: Server,
): Promise<Omit<RunningService, "provider">> {
  if (server.databases < 2) {
    throw new ShakedownError(
      "PROVIDER_NONE",
      `the Redis server at ${server.shown} has one database only, and every slot needs one`,
      {
        hint: "Leave url out: each slot then gets a server of its own (shakedown install redis)",
      },
    );
  }
  const registry = redisConnection(server.address);
  if (service.per === "run") {
    const claim = await claimNumber(registry, server);
    const { outputs, control } = describe(server, claim.number, "nothing");
    return {
      outputs,
      control,
      died: claim.lost,
      async stop() {
        await claim.release();
        registry[Symbol.dispose]();
      },
    };
  }
  return {
    outputs: {},
    control: {},
    async lease(): Promise<RunningLease> {
      const claim = await claimNumber(registry, server);
      return {
        ...describe(server, claim.number, "number"),
        died: claim.lost,
        release: () => claim.release(),
      };
    },
    stop: async () => registry[Symbol.dispose](),
  };
}

interface Claim {
  readonly number: number;
  /** Settles when somebody else may hold the number by now. */
  readonly lost: Promise<Death>;
  release(): Promise<void>;
}

const renewScript =
  'if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("PEXPIRE", KEYS[1], ARGV[2]) end return 0';
// In one piece: a claim that was lost may be another's at any moment, and so are the number's keys.
const emptyAndReleaseScript =
  'if redis.call("GET", KEYS[1]) ~= ARGV[1] then return 0 end redis.call("SELECT", ARGV[2]) redis.call("FLUSHDB") redis.call("SELECT", ARGV[3]) return redis.call("DEL", KEYS[1])';
const releaseScript =
  'if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) end return 0';

/** The claims lie in the database that the URL names; all other numbers can be claimed. */
async function claimNumber(registry: RedisConnection, server: Server): Promise<Claim> {
  const home = server.address.database;
  const token = randomBytes(12).toString("hex");
  const reasons: string[] = [];
  for (let number = 0; number < server.databases; number += 1) {
    if (number === home) continue;
    const key = `shakedown:claim:${number}`;
    const mark = `shakedown:used:${number}`;
    const [claimed] = refuseErrors(
      await registry.run([["SET", key, token, "NX", "PX", server.claimMs]]),
    );
    if (claimed === null) {
      reasons.push(`${number} is held by another run`);
      continue;
    }
    const [used, , size] = refuseErrors(
      await registry.run([["EXISTS", mark], ["SELECT", number], ["DBSIZE"], ["SELECT", home]]),
    );
    if (used === 0 && size !== 0) {
      await registry.run([["EVAL", releaseScript, 1, key, token]]);
      reasons.push(`${number} holds ${String(size)} keys that are not from tests`);
      continue;
    }
    refuseErrors(
      await registry.run([["SET", mark, "1"], ["SELECT", number], ["FLUSHDB"], ["SELECT", home]]),
    );
    return hold(registry, { number, home, key, token, claimMs: server.claimMs });
  }
  throw new ShakedownError(
    "SLOTS_EXHAUSTED",
    `no database number of the Redis server at ${server.shown} is free`,
    {
      hint: "Use fewer workers, or leave url out: each slot then gets a server of its own (shakedown install redis)",
      details: { numbers: reasons },
    },
  );
}

function hold(
  registry: RedisConnection,
  claim: {
    readonly number: number;
    readonly home: number;
    readonly key: string;
    readonly token: string;
    readonly claimMs: number;
  },
): Claim {
  const { number, home, key, token, claimMs } = claim;
  let tellLost: (death: Death) => void = () => undefined;
  const lost = new Promise<Death>((resolve) => {
    tellLost = resolve;
  });
  let renewedMs = performance.now();
  const timer = setInterval(() => {
    void registry.run([["EVAL", renewScript, 1, key, token, claimMs]]).then(
      ([reply]) => {
        if (reply === 1) renewedMs = performance.now();
        else tellLost({ how: `lost its claim on database number ${number}`, logTail: [] });
      },
      (error: Error) => {
        // One missed renewal is no harm; the claim ends by itself after the third.
        if (performance.now() - renewedMs > claimMs)
          tellLost({
            how: `lost its claim on database number ${number}: ${error.message}`,
            logTail: [],
          });
      },
    );
  }, claimMs / 3);
  timer.unref();
  return {
    number,
    lost,
    async release() {
      clearInterval(timer);
      await registry.run([["EVAL", emptyAndReleaseScript, 1, key, token, number, home]]);
    },
  };
}

function describe(
  server: Server,
  database: number,
  own: "number" | "nothing",
): Pick<RunningLease, "outputs" | "control"> {
  const url = new URL(server.url);
  url.pathname = `/${database}`;
  const { host, port, password = "" } = server.address;
  return {
    outputs: { url: url.href, host, port: String(port), password },
    control: toJson({
      address: { ...server.address, database },
      own,
      majorVersion: Number.parseInt(server.version, 10) || 0,
    }),
  };
}

/** Hosted servers often refuse CONFIG: then the numbers are tried. */
async function countDatabases(
  connection: RedisConnection,
  configured: Reply | undefined,
  home: number,
): Promise<number> {
  if (Array.isArray(configured)) {
    const count = Number(textOf((configured as readonly Reply[])[1]));
    if (count > 0) return count;
  }
  const numbers = Array.from({ length: 16 }, (_, number) => number);
  const replies = await connection.run([
    ...numbers.map((number) => ["SELECT", number]),
    ["SELECT", home],
  ]);
  return numbers.filter((number) => !(replies[number] instanceof Error)).length;
}

function textOf(reply: Reply | undefined): string {
  return Buffer.isBuffer(reply) ? reply.toString("utf8") : String(reply ?? "");
}
