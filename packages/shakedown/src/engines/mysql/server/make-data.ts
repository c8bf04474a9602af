import { chmod, chown, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { ShakedownError } from "../../../errors/shakedown-error.ts";
import { findProgram } from "../../../process/find-program.ts";
import { runCommand } from "../../../process/run-command.ts";
import type { StartContext } from "../../engine.ts";
import type { MysqlInstallation } from "./installation.ts";
import { layoutSettings, toArguments } from "./settings.ts";

export interface MakeDataOptions {
  readonly context: StartContext;
  readonly installation: MysqlInstallation;
  readonly data: string;
}

/** Makes a fresh data folder. Its root has no password yet: the first start sets one before anybody is let in. */
export async function makeData({ context, installation, data }: MakeDataOptions): Promise<void> {
  await mkdir(data, { recursive: true, mode: 0o700 });
  const { uid } = installation.runAs;
  if (uid !== undefined) await chown(data, uid, uid);
  await using plain = await plainPaths({ base: installation.base, data });
  await fill({ context, installation: { ...installation, base: plain.base }, data: plain.data });
}

async function fill({ context, installation, data }: MakeDataOptions): Promise<void> {
  const { runAs, flavour, program, base } = installation;
  const layout = toArguments(layoutSettings(flavour));
  const script = flavour === "mariadb" ? installScript(installation) : undefined;
  const { command, args } =
    script === undefined
      ? runAs.wrap(join(runAs.bin, program), [
          "--no-defaults",
          "--initialize-insecure",
          `--basedir=${base}`,
          `--datadir=${data}`,
          ...layout,
        ])
      : runAs.wrap(script, [
          "--no-defaults",
          `--basedir=${base}`,
          `--datadir=${data}`,
          "--auth-root-authentication-method=normal",
          "--skip-test-db",
          "--skip-name-resolve",
          ...layout,
        ]);
  const { uid, gid } = runAs;
  const result = await runCommand({
    title: `${context.service.name}: ${script ?? program}`,
    command,
    args,
    cwd: "/",
    env: programEnvironment(installation, context),
    processes: context.processes,
    signal: context.signal,
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
    onLine: (_stream, line) => context.log.write("shakedown", `new data folder: ${line}`),
  });
  if (result.code === 0) return;
  const lines = `${result.stderr}\n${result.stdout}`.trim().split("\n");
  const told = lines.find((line) => /error|fatal/i.test(line)) ?? lines.at(-1) ?? "";
  throw new ShakedownError(
    "START_FAILED",
    `${context.service.name}: no data folder was made: ${told.trim()}`,
    {
      details: { logTail: lines.slice(-20) },
      hint: `Read its log: shakedown logs ${context.service.name}`,
    },
  );
}

/** Nothing named MYSQL… may change what a test server does. */
export function programEnvironment(
  { runAs: { libraryPath } }: MysqlInstallation,
  { environment }: StartContext,
): Record<string, string> {
  return {
    PATH: environment["PATH"] ?? "/usr/bin:/bin",
    LC_ALL: "C",
    TZ: "UTC",
    ...(libraryPath === undefined ? {} : { LD_LIBRARY_PATH: libraryPath }),
  };
}

interface Paths {
  readonly base: string;
  readonly data: string;
}

/** The script of the install splits paths at spaces: where there are any, it is given links. */
async function plainPaths({ base, data }: Paths): Promise<Paths & AsyncDisposable> {
  if (/^[\w./-]+$/.test(`${base}${data}`))
    return { base, data, [Symbol.asyncDispose]: () => Promise.resolve() };
  const folder = await mkdtemp("/tmp/shakedown-my-");
  await chmod(folder, 0o711);
  const links = { base: join(folder, "base"), data: join(folder, "data") };
  await symlink(base, links.base);
  await symlink(data, links.data);
  return { ...links, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

function installScript({ runAs, base }: MysqlInstallation): string {
  const path = [join(base, "bin"), join(base, "scripts"), runAs.bin].join(":");
  for (const name of ["mariadb-install-db", "mysql_install_db"]) {
    const file = findProgram(name, { path, cwd: "/" });
    if (file !== undefined) return file;
  }
  throw new ShakedownError("START_FAILED", `there is no mariadb-install-db beside ${runAs.bin}`, {
    hint: "Install all of the server's package, or take one for yourself: shakedown install mariadb",
  });
}
