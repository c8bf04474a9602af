import { rm } from "node:fs/promises";
import { ShakedownError } from "../../../errors/shakedown-error.ts";
import { randomPassword } from "../../../providers/random-password.ts";
import type { StartContext } from "../../engine.ts";
import { type PgClient, quoteName, quoteText } from "../driver.ts";
import { type ParsedOptions, settingTexts } from "../options.ts";
import type { Installation } from "../provider/installation.ts";
import { createUserStatement } from "./build-template.ts";
import { scramVerifier } from "./scram.ts";
import { promisedSettings, serverSettings, type Settings } from "./settings.ts";
import { controlUser, postgresUrl, type Server, startServer } from "./start-server.ts";

export interface SecureServerOptions {
  readonly context: StartContext;
  readonly options: ParsedOptions;
  readonly installation: Installation;
  readonly data: string;
  /** What the data folder holds as the control role's password. */
  readonly knownPassword: string;
  /** False on a fresh data folder: the application's role is made. */
  readonly hasUser: boolean;
  readonly onLine: (line: string) => void;
  /** Done while the server starts. */
  readonly meanwhile?: () => void;
}

export interface SecureServer {
  readonly server: Server;
  /** Connected to the database `postgres`. */
  readonly control: PgClient;
  readonly controlPassword: string;
  readonly controlUrl: (database: string) => string;
  readonly userPassword: string;
  readonly userUrl: (database: string) => string;
  /** Ends the server and removes its data. */
  stop(): Promise<void>;
}

/** A running server whose passwords nobody else has seen: those in a pack are good for one connection only. */
export async function startSecureServer(start: SecureServerOptions): Promise<SecureServer> {
  const { data, options, hasUser, knownPassword } = start;
  const settings = serverSettings({ profile: options.profile, settings: settingTexts(options) });
  const { server, control } = await startServer({ ...start, settings }, knownPassword);
  const controlPassword = randomPassword();
  const userPassword = randomPassword();
  const stop = async (): Promise<void> => {
    await control.end();
    await server.process.stop();
    await rm(data, { recursive: true, force: true });
    if (server.socketFolder !== undefined)
      await rm(server.socketFolder, { recursive: true, force: true });
  };
  try {
    await setUp(control, { options, hasUser, controlPassword, userPassword, settings });
  } catch (error) {
    await stop();
    throw error;
  }
  const { port } = server;
  return {
    server,
    control,
    controlPassword,
    userPassword,
    controlUrl: (database) => server.controlUrl(database, controlPassword),
    userUrl: (database) =>
      postgresUrl({
        user: options.user,
        password: userPassword,
        host: "127.0.0.1",
        port,
        database,
      }),
    stop,
  };
}

interface SetUp {
  readonly options: ParsedOptions;
  /** False on a fresh data folder. */
  readonly hasUser: boolean;
  readonly controlPassword: string;
  readonly userPassword: string;
  readonly settings: Settings;
}

/** New passwords, and a look whether the server really runs with the settings that everything relies on: one round trip. */
async function setUp(
  control: PgClient,
  { options, hasUser, controlPassword, userPassword, settings }: SetUp,
): Promise<void> {
  const verifier = scramVerifier(userPassword);
  const promised = promisedSettings({ ...settings, listen_addresses: "127.0.0.1" });
  const shown = Object.keys(promised).map(
    (name) => `current_setting(${quoteText(name)}) as ${name}`,
  );
  const results: unknown = await control.query(
    [
      hasUser
        ? `alter role ${quoteName(options.user)} password ${quoteText(verifier)}`
        : createUserStatement(options, verifier),
      `alter role ${controlUser} password ${quoteText(scramVerifier(controlPassword))}`,
      `select ${shown.join(", ")}`,
    ].join("; "),
  );
  const [row = {}] = (results as { rows: Record<string, string>[] }[])[2]?.rows ?? [];
  const broken = Object.entries(promised).filter(
    ([name, wanted]) => row[name] !== wanted && !isSameSwitch(row[name] ?? "", wanted),
  );
  if (broken.length === 0) return;
  const told = broken.map(([name, wanted]) => `${name} is ${row[name]}, not ${wanted}`).join("; ");
  throw new ShakedownError(
    "START_FAILED",
    `the server runs with other settings than it was started with: ${told}`,
    { hint: "Look for a wrapper or an environment that adds settings to postgres" },
  );
}

function isSameSwitch(shown: string, wanted: string): boolean {
  const on = new Set(["on", "true", "yes", "1"]);
  const off = new Set(["off", "false", "no", "0"]);
  const said = wanted.toLowerCase();
  return (on.has(shown) && on.has(said)) || (off.has(shown) && off.has(said));
}
