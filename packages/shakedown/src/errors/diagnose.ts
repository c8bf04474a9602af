/** What a failure is called in the field, and what to do about it. docs/reference/diagnoses.md holds the same rows. */
export interface Diagnosis {
  readonly kind: DiagnosisKind;
  /** "port 8080 is in use" */
  readonly says: string;
  readonly remedy: string;
  /** The port in question, so that its holder can be looked up. */
  readonly port?: number;
}

export type DiagnosisKind = (typeof rows)[number]["kind"];

interface DiagnosisRow {
  readonly kind: string;
  /** A line that programs print for it. */
  readonly example: string;
  /** Found in one line; named groups go to `says` and `remedy`. */
  readonly pattern: RegExp;
  readonly says: (found: Found) => string;
  readonly remedy: string;
}

type Found = Readonly<Record<string, string | undefined>> & { readonly line: string };

/** From the cause to the symptom: a full disk is told before the crash that came of it. */
const rows = [
  {
    kind: "disk-full",
    example: "ENOSPC: no space left on device, write",
    pattern: /ENOSPC|no space left on device|disk quota exceeded|EDQUOT/i,
    says: () => "a disk is full (or has no inodes left)",
    remedy:
      "See which one: shakedown doctor. What Shakedown keeps goes with: shakedown down --purge",
  },
  {
    kind: "out-of-memory",
    example: "Reached heap limit Allocation failed - JavaScript heap out of memory",
    pattern:
      /heap out of memory|cannot allocate memory|\bENOMEM\b|OutOfMemoryError|^MemoryError|out of memory/i,
    says: () => "memory ran out",
    remedy: "Run with fewer workers (--workers 1), or give the machine more; see: shakedown doctor",
  },
  {
    kind: "open-files",
    example: "EMFILE: too many open files",
    pattern: /\bEMFILE\b|\bENFILE\b|too many open files/i,
    says: () => "the limit of open files is reached",
    remedy: "Raise it in the shell that starts the run: ulimit -n 4096",
  },
  {
    kind: "port-in-use",
    example: "listen EADDRINUSE: address already in use 127.0.0.1:3000",
    pattern:
      /EADDRINUSE|address (?:is )?already in use|port is already allocated|port \d+ (?:was|is) already in use/i,
    says: ({ line }) => `${portPhrase(line)} is in use by another process`,
    remedy:
      "End that process, or let the kernel choose a port: ports: ['http'], env: ({ self }) => ({ PORT: self.ports.http })",
  },
  {
    kind: "credentials",
    example: 'password authentication failed for user "app"',
    pattern:
      /client password must be a string|password authentication failed(?: for user "(?<user>[^"]+)")?|access denied for user '(?<account>[^']+)'|WRONGPASS|NOAUTH|no password supplied|invalid username-password pair/i,
    says: ({ user, account }) =>
      `a server refused the credentials${user === undefined && account === undefined ? "" : ` of user ${user ?? account ?? ""}`}`,
    remedy:
      "Passwords are new at every start: take the whole URL from the stack, env: ({ db }) => ({ DATABASE_URL: db.url }), and nothing from a .env file",
  },
  {
    kind: "database-missing",
    example: 'database "shop" does not exist',
    pattern: /database "(?<name>[^"]+)" does not exist|unknown database '(?<other>[^']+)'/i,
    says: ({ name, other }) =>
      `there is no database "${name ?? other ?? ""}" on the server that was asked`,
    remedy:
      "Use the URL that the stack gives, with its database: env: ({ db }) => ({ DATABASE_URL: db.url })",
  },
  {
    kind: "schema-missing",
    example: 'relation "users" does not exist',
    pattern:
      /relation "(?<name>[^"]+)" does not exist|table '(?<other>[^']+)' doesn't exist|no such table: (?<third>\S+)/i,
    says: ({ name, other, third }) => `the table ${name ?? other ?? third ?? ""} has not been made`,
    remedy:
      "Have the stack make it: postgres({ migrate: 'db/migrations' }), or a command: migrate: { command: [...] }",
  },
  {
    kind: "too-many-connections",
    example: "sorry, too many clients already",
    pattern: /too many (?:clients|connections)|remaining connection slots are reserved/i,
    says: () => "a server has no connection left to give",
    remedy:
      "Make the application's pool smaller in tests (5 is plenty), or close pools that a test opens",
  },
  {
    kind: "database-lock",
    example: "deadlock detected",
    pattern:
      /deadlock (?:detected|found)|lock wait timeout|could not obtain lock|still waiting for \w+Lock|database (?:table )?is locked|SQLITE_BUSY|canceling statement due to lock timeout/i,
    says: () => "a statement waited for a lock that another session held",
    remedy:
      "Look for a transaction that a test or the application left open: shakedown logs <service>",
  },
  {
    kind: "dependency-missing",
    example: "Cannot find module 'express'",
    pattern:
      /cannot find (?:module|package) '(?<name>[^']+)'|ModuleNotFoundError: No module named '(?<python>[^']+)'|error while loading shared libraries: (?<library>[^:]+)|ClassNotFoundException: (?<java>\S+)/i,
    says: ({ name, python, library, java }) =>
      `${name ?? python ?? library ?? java ?? "a module"} is not installed`,
    remedy:
      "Install the application's dependencies, in the folder in which the stack runs it (npm ci, pip install -r …)",
  },
  {
    kind: "program-missing",
    example: "spawn uvicorn ENOENT",
    pattern:
      /spawn (?<program>\S+) ENOENT|(?:^|: )(?<shell>[\w./-]+): (?:command )?not found$|exec: "(?<exec>[^"]+)": executable file not found/i,
    says: ({ program, shell, exec }) =>
      `the program ${program ?? shell ?? exec ?? ""} is not on PATH`,
    remedy: "Install it, or write its path in `run`; see what is found: shakedown doctor",
  },
  {
    kind: "host-unknown",
    example: "getaddrinfo ENOTFOUND postgres",
    pattern:
      /getaddrinfo (?:ENOTFOUND|EAI_AGAIN) (?<host>\S+)|could not translate host name "(?<other>[^"]+)"|no such host|name or service not known/i,
    says: ({ host, other }) =>
      `the host ${host === undefined && other === undefined ? "that was asked for" : `"${host ?? other ?? ""}"`} is not known`,
    remedy:
      "Names of a compose file mean nothing here: take the URL from the stack, env: ({ db }) => ({ DATABASE_URL: db.url })",
  },
  {
    kind: "connection-refused",
    example: "connect ECONNREFUSED 127.0.0.1:5432",
    pattern: /ECONNREFUSED|connection refused|\[Errno 111\]|NoBrokersAvailable/i,
    says: ({ line }) => `nothing listens on ${portPhrase(line)}`,
    remedy:
      "If that should be a service of the stack, give the process its address: env: ({ db }) => ({ DATABASE_URL: db.url }); see who runs: shakedown status",
  },
  {
    kind: "no-answer",
    example: "connect ETIMEDOUT 10.0.0.7:5432",
    pattern:
      /\bETIMEDOUT\b|connection timed out|timeout expired|connect(?:ion)? timeout|health check(?:s)? (?:failed|timed out)/i,
    says: ({ line }) =>
      `${portOf(line) === undefined ? "a server" : portPhrase(line)} did not answer in time`,
    remedy:
      "Look whether the process asks a server of the stack (its URL, not one from a .env file), and what that one says: shakedown logs <service>",
  },
  {
    kind: "invalid-input",
    example: 'invalid input syntax for type uuid: "front door"',
    pattern:
      /invalid input syntax for type (?<type>[\w ]+)|violates (?<rule>check|not-null|foreign key|unique) constraint|Incorrect (?<kind>\w+) value|Data too long for column/i,
    says: ({ type, rule, kind }) =>
      `a database refused a value${rule === undefined ? ((type ?? kind) === undefined ? "" : ` that is no ${type ?? kind ?? ""}`) : ` by a ${rule} constraint`}`,
    remedy:
      "Look at what is sent, in the test's fixtures, a seed or a migration; the line above names the value or the column",
  },
  {
    kind: "tls",
    example: "The server does not support SSL connections",
    pattern:
      /self[- ]signed certificate|server does not support SSL|SSL is not enabled|wrong version number/i,
    says: () => "one side speaks TLS and the other does not, or its certificate is not trusted",
    remedy:
      "Services of a stack speak plainly on loopback: turn TLS off for tests (sslmode=disable)",
  },
  {
    kind: "configuration-missing",
    example: "environment variable DATABASE_URL is not set",
    pattern:
      /environment variable[s]?:? ["'`]?(?<name>[A-Z][A-Z0-9_]+)["'`]? (?:is |are )?(?:not set|required|missing|undefined)|(?:missing|required) environment variable[s]?:? ["'`]?(?<other>[A-Z][A-Z0-9_]+)|KeyError: '(?<python>[A-Z][A-Z0-9_]+)'/i,
    says: ({ name, other, python }) =>
      `the process wants ${name ?? other ?? python ?? "a variable"} in its environment`,
    remedy: "Give it in the stack: command({ run: [...], env: { NAME: 'value' } })",
  },
  {
    kind: "permission",
    example: "EACCES: permission denied, mkdir '/data'",
    pattern: /\bEACCES\b|\bEPERM\b|permission denied/i,
    says: ({ line }) => `this user may not do that: ${line.trim().slice(0, 160)}`,
    remedy:
      "Give the user that runs the tests access, or choose another folder; see: shakedown doctor",
  },
] as const satisfies readonly DiagnosisRow[];

/** For the page of the docs, and for its test. */
export const diagnosisTable: readonly (Pick<DiagnosisRow, "example" | "remedy"> & {
  readonly kind: DiagnosisKind;
})[] = rows;

/** Recognises a well-known cause in what was printed; the message itself counts like a line of it. */
export function diagnose(texts: readonly string[]): Diagnosis | undefined {
  const lines = texts.flatMap((text) => text.split("\n"));
  for (const { kind, pattern, says, remedy } of rows) {
    for (const line of lines) {
      const match = pattern.exec(line);
      if (match === null) continue;
      const found: Found = { ...match.groups, line };
      const port = portOf(line);
      return { kind, says: says(found), remedy, ...(port === undefined ? {} : { port }) };
    }
  }
  return undefined;
}

/** `127.0.0.1:3000`, `[::1]:3000`, `:::3000`, `port 3000`; the time that a line begins with has colons as well. */
function portOf(line: string): number | undefined {
  const withoutTime = line.replaceAll(/(?<!\d)\d{1,2}:\d{2}:\d{2}(?:[.,]\d+)?/g, "");
  const match = /(?:\bport[: ]+|[\w\]*:]:)(?<port>\d{2,5})\b/i.exec(withoutTime);
  const port = Number(match?.groups?.["port"]);
  return port > 0 && port < 65_536 ? port : undefined;
}

function portPhrase(line: string): string {
  const port = portOf(line);
  return port === undefined ? "the address" : `port ${port}`;
}
