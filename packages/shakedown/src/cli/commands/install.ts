import { isShakedownError, ShakedownError } from "../../errors/shakedown-error.ts";
import { nearest } from "../../kit/nearest.ts";
import {
  installables,
  type Installable,
  installEngine,
  isInstallable,
} from "../../providers/install-engine.ts";
import type { InstallResult } from "../../providers/install-program.ts";
import type { StackPlan } from "../../stack/plan.ts";
import { command } from "../command.ts";
import { loadStack } from "../load-stack.ts";

export const installCommand = command({
  name: "install",
  summary: "Install the programs of engines for this user, without root",
  usage: "[engine…]",
  description: [
    "Without an engine: what the services of the stack in this folder need and this machine lacks.",
    "On Debian and Ubuntu, packages are unpacked into the cache folder, each compared with its checksum; on macOS, brew installs.",
    "What was downloaded stays, so that an install that was broken off goes on where it was. Tests never install anything.",
    "Engines: redis, mariadb; postgres comes from npm, or with --with-deps from Debian's packages.",
  ],
  options: {
    "with-deps": {
      type: "boolean",
      summary: "Also get what only root may: libraries, by apt-get. Needs root, or sudo.",
    },
    "dry-run": { type: "boolean", summary: "Print what would be done, and do nothing." },
  },
  positionals: { least: 0, most: Number.POSITIVE_INFINITY, what: "engines" },
  async run({ options, positionals, cwd, environment, terminal }) {
    const unknown = positionals.find((word) => !isInstallable(word));
    if (unknown !== undefined) throw unknownEngine(unknown, positionals);
    const engines =
      positionals.length > 0
        ? positionals.filter(isInstallable)
        : await neededBy(await loadStack({ cwd, named: options.stack, environment }), environment);
    const asText = options.json !== true;
    const done: ({ readonly engine: Installable } & Partial<InstallResult>)[] = [];
    const failures: ShakedownError[] = [];
    for (const engine of new Set(engines)) {
      try {
        const result = await installEngine(engine, {
          environment,
          dryRun: options["dry-run"] === true,
          withDeps: options["with-deps"] === true,
          onProgress: (step) => terminal.err(` … ${step}\n`),
        });
        done.push({ engine, ...result });
        if (asText) terminal.out(describeResult(engine, result));
      } catch (error) {
        // The others are installed all the same.
        if (!isShakedownError(error)) throw error;
        failures.push(error);
      }
    }
    const [first, ...more] = failures;
    if (first !== undefined) {
      for (const other of more)
        terminal.err(` ${other.message}\n${other.hint === undefined ? "" : ` ${other.hint}\n`}`);
      throw first;
    }
    if (!asText) terminal.out(`${JSON.stringify({ engines: done }, null, 2)}\n`);
    else if (done.length === 0) terminal.out("No service of the stack needs a program from here\n");
    return 0;
  },
});

/** By what each engine says; which of them are there already, the installers find out. */
async function neededBy(
  plan: StackPlan,
  environment: Readonly<Record<string, string>>,
): Promise<readonly Installable[]> {
  const { programOf } = await import("../../supervisor/program-of.ts");
  const programs = await Promise.all(
    plan.services.map(({ name }) => programOf(plan, name, environment)),
  );
  return programs.filter((program) => program !== undefined);
}

function unknownEngine(engine: string, all: readonly string[]): ShakedownError {
  const near = (word: string): string =>
    isInstallable(word) ? word : (nearest(word, installables) ?? "");
  const meant = [...new Set(all.map(near).filter((word) => word !== ""))].join(" ");
  return new ShakedownError(
    "CLI_USAGE",
    `shakedown install: "${engine}" is not an engine with a program to install`,
    { hint: `Try: shakedown install ${meant === "" ? "redis" : meant}` },
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
  return outcome === "present"
    ? `${engine}: there is one already: ${what}\n`
    : `${engine}: installed ${what}\n`;
}
