import { chmod, chown, lchown, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ShakedownError } from "../../../errors/shakedown-error.ts";
import { runCommand } from "../../../process/run-command.ts";
import type { StartContext } from "../../engine.ts";
import type { Installation } from "../provider/installation.ts";
import { controlUser } from "./start-server.ts";

export interface InitdbOptions {
  readonly context: StartContext;
  readonly installation: Installation;
  readonly data: string;
  readonly locale: string | undefined;
  readonly controlPassword: string;
}

export async function initdb(options: InitdbOptions): Promise<void> {
  const { context, installation, data, locale, controlPassword } = options;
  const { runAs, version } = installation;
  const { uid, gid } = runAs;
  await mkdir(data, { recursive: true, mode: 0o700 });
  const passwordFile = `${data}.password`;
  await writeFile(passwordFile, `${controlPassword}\n`, { mode: 0o600 });
  await own([data, passwordFile], runAs.uid);
  const { command, args } = runAs.wrap(
    join(runAs.bin, "initdb"),
    initdbArguments(data, passwordFile, localeArguments(locale, version.major)),
  );
  try {
    const result = await runCommand({
      title: `${context.service.name}: initdb`,
      command,
      args,
      cwd: data,
      env: { PATH: context.environment["PATH"] ?? "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" },
      processes: context.processes,
      signal: context.signal,
      ...(uid === undefined ? {} : { uid }),
      ...(gid === undefined ? {} : { gid }),
      onLine: (_stream, line) => context.log.write("shakedown", `initdb: ${line}`),
    });
    if (result.code !== 0)
      throw initdbFailed(context, `${result.stderr}\n${result.stdout}`, locale);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** Everything that is part of the cache key of a fresh data folder. */
export function localeArguments(locale: string | undefined, major: number): readonly string[] {
  const [provider, name] = splitLocale(locale);
  if (provider === "icu") return ["--locale-provider=icu", `--icu-locale=${name}`, "--locale=C"];
  if (provider === "builtin")
    return ["--locale-provider=builtin", `--builtin-locale=${name}`, "--locale=C"];
  if (provider === "libc") return [`--locale=${name}`];
  if (major >= 17) return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"];
  // macOS has no C.UTF-8.
  return process.platform === "darwin" ? ["--locale=C"] : ["--locale=C.UTF-8"];
}

/** "builtin C.UTF-8": what texts are compared and sorted by. */
export function shownLocale(locale: string | undefined, major: number): string {
  const [provider = major >= 17 ? "builtin" : "libc", name] = splitLocale(locale);
  const chosen = process.platform === "darwin" && major < 17 ? "C" : "C.UTF-8";
  return `${provider} ${name === "" ? chosen : name}`;
}

/** "icu:de-DE", "builtin:C.UTF-8", "en_US.UTF-8". */
export function splitLocale(locale: string | undefined): readonly [string | undefined, string] {
  if (locale === undefined) return [undefined, ""];
  const [, provider, name = ""] = /^(?:(icu|builtin|libc):)?(.*)$/.exec(locale) ?? [];
  return [provider ?? "libc", name];
}

function initdbArguments(
  data: string,
  passwordFile: string,
  locale: readonly string[],
): readonly string[] {
  return [
    `--pgdata=${data}`,
    `--username=${controlUser}`,
    `--pwfile=${passwordFile}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--no-sync",
    "--no-instructions",
    "--wal-segsize=1",
    ...locale,
  ];
}

function initdbFailed(
  context: StartContext,
  output: string,
  locale: string | undefined,
): ShakedownError {
  const lines = output.trim().split("\n");
  const told = lines.find((line) => /error:|FATAL:/.test(line)) ?? lines.at(-1) ?? "";
  const isLocale = locale !== undefined && /locale|ICU|collation/i.test(told);
  return new ShakedownError(
    "START_FAILED",
    `${context.service.name}: initdb made no data folder: ${told.trim()}`,
    {
      details: { logTail: lines.slice(-20), ...(locale === undefined ? {} : { locale }) },
      hint: isLocale
        ? `Choose a locale that this PostgreSQL knows, such as "C.UTF-8" or "icu:en-US", instead of "${locale}"`
        : `Read its log: shakedown logs ${context.service.name}`,
    },
  );
}

async function own(paths: readonly string[], uid: number | undefined): Promise<void> {
  if (uid === undefined) return;
  for (const path of paths) await chown(path, uid, uid);
}

/** For a server under another user; the folders above are passable already. */
export async function ownTree(folder: string, uid: number | undefined): Promise<void> {
  if (uid === undefined) return;
  await chmod(folder, 0o700);
  await lchown(folder, uid, uid);
  for (const entry of await readdir(folder, { recursive: true }))
    await lchown(join(folder, entry), uid, uid);
}
