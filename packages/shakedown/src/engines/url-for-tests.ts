export interface DatabaseUrlKind {
  /** "postgresql://user:password@host:5432/app_test" */
  readonly example: string;
  /** Of `URL.protocol`: with its colon. */
  readonly protocol: RegExp;
}

export interface UrlProblem {
  readonly message: string;
  readonly hint: string;
}

/** Why the URL of a database must not be used, if so. References to other services are known only later. */
export function urlProblem(
  url: string,
  { example, protocol }: DatabaseUrlKind,
  isForTests: boolean,
): UrlProblem | undefined {
  if (url.includes("${{")) return undefined;
  const parsed = URL.parse(url);
  if (parsed === null) return { message: "is no URL", hint: `Write ${example}` };
  if (!protocol.test(parsed.protocol))
    return { message: `is a ${parsed.protocol} URL`, hint: `Write ${example}` };
  const database = decodeURIComponent(parsed.pathname.slice(1));
  if (isForTests || /test/i.test(database)) return undefined;
  return {
    message: `names the database "${database}" on ${parsed.hostname}, and nothing says that it is for tests`,
    hint: 'Name a database with "test" in it, or say so: urlIsForTests: true',
  };
}
