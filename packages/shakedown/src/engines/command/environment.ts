import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { ShakedownError } from "../../errors/shakedown-error.ts";

export interface CommandEnvironmentOptions {
  /** Of the client that opened the session. */
  readonly session: Readonly<Record<string, string>>;
  readonly inherit: boolean | readonly string[];
  /** The stack's folder: programs of its npm packages are found as in npm scripts. */
  readonly root: string;
}

/** What programs and their tool chains need to run at all; nothing that configures an application. */
const usual =
  /^(?:PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|TMP|TEMP|CI|NODE_V8_COVERAGE|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|SSL_CERT_DIR|XDG_(?:CACHE|CONFIG|DATA|RUNTIME)_\w+|VIRTUAL_ENV|PYENV_\w+|UV_CACHE_DIR|JAVA_HOME|GOPATH|GOROOT|GOCACHE|CARGO_HOME|RUSTUP_HOME|NVM_DIR|VOLTA_HOME|ASDF_\w+|GEM_HOME|RBENV_\w+|DOTNET_ROOT)$/;

/** Of a session's environment only what a program needs: what a developer has exported must not decide a test. */
export function commandEnvironment({
  session,
  inherit,
  root,
}: CommandEnvironmentOptions): Record<string, string> {
  const isInherited = (name: string): boolean =>
    inherit === true || usual.test(name) || (Array.isArray(inherit) && inherit.includes(name));
  return {
    ...Object.fromEntries(Object.entries(session).filter(([name]) => isInherited(name))),
    PATH: [...binFolders(root), session["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"].join(delimiter),
  };
}

/** @throws ShakedownError `STACK_INVALID` for a reference that nobody could resolve */
export function asVariables(
  env: Readonly<Record<string, string | number | boolean>>,
  title: string,
): Record<string, string> {
  const variables = Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, String(value)]),
  );
  for (const [name, value] of Object.entries(variables)) {
    const unresolved = /\$\{\{\s*([^}]+?)\s*\}\}/.exec(value);
    if (unresolved === null) continue;
    throw new ShakedownError(
      "STACK_INVALID",
      `${title} refers to ${unresolved[1]} in env.${name}, which nothing gives`,
      {
        hint:
          unresolved[1]?.startsWith("self.ports.") === true
            ? `Ask for the port: ports: ["${unresolved[1].slice(11)}"]`
            : "Look at the outputs with: shakedown status",
      },
    );
  }
  return variables;
}

function binFolders(root: string): string[] {
  const folders: string[] = [];
  for (let folder = root; ; folder = dirname(folder)) {
    const bin = join(folder, "node_modules", ".bin");
    if (existsSync(bin)) folders.push(bin);
    if (dirname(folder) === folder) return folders;
  }
}
