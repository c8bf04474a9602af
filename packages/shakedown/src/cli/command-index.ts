import type { Command } from "./command.ts";

/** Every command with the way to its module: only the one that is called is loaded. In the order of the help. */
export const commandIndex = {
  run: async () => (await import("./commands/run.ts")).runCommand,
  up: async () => (await import("./commands/up.ts")).upCommand,
  down: async () => (await import("./commands/down.ts")).downCommand,
  status: async () => (await import("./commands/status.ts")).statusCommand,
  restart: async () => (await import("./commands/restart.ts")).restartCommand,
  logs: async () => (await import("./commands/logs.ts")).logsCommand,
  exec: async () => (await import("./commands/exec.ts")).execCommand,
  doctor: async () => (await import("./commands/doctor.ts")).doctorCommand,
  report: async () => (await import("./commands/report.ts")).reportCommand,
  ui: async () => (await import("./commands/ui.ts")).uiCommand,
  connect: async () => (await import("./commands/connect.ts")).connectCommand,
  install: async () => (await import("./commands/install.ts")).installCommand,
  version: async () => (await import("./commands/version.ts")).versionCommand,
  help: async () => (await import("./commands/help.ts")).helpCommand,
} as const satisfies Record<string, () => Promise<unknown>>;

export type CommandName = keyof typeof commandIndex;

export function isCommandName(word: string): word is CommandName {
  return Object.hasOwn(commandIndex, word);
}

/** Each command types its own options; whoever goes through all of them sees the table only. */
export async function loadCommand(name: CommandName): Promise<Command> {
  return await commandIndex[name]();
}

export async function loadCommands(): Promise<Command[]> {
  return await Promise.all((Object.keys(commandIndex) as CommandName[]).map(loadCommand));
}
