/** By the package manager that runs us: what its users type. */
const byManager: Readonly<Record<string, string>> = {
  npm: "npx shakedown",
  pnpm: "pnpm shakedown",
  yarn: "yarn shakedown",
  bun: "bunx shakedown",
};

/** How the reader calls this command: by its name, or through the package manager that has called it now. */
export function ownName(environment: Readonly<Record<string, string | undefined>>): string {
  const manager = /^(\w+)\//.exec(environment["npm_config_user_agent"] ?? "")?.[1];
  return byManager[manager ?? ""] ?? "shakedown";
}

const ownCall =
  /(?<![\w./@-])(?:npx )?shakedown(?= (?:run|up|down|status|logs|exec|connect|restart|install|doctor|report|ui|version|help|init|<|--?[a-z]))/g;

/** The same text with each call of ours as the reader would type it. */
export function inOwnWords(
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  return text.replaceAll(ownCall, ownName(environment));
}
