/** A URL that names a server for tests, and who gave it. */
export interface GivenUrl {
  readonly url: string;
  /** "the stack", "TEST_DATABASE_URL" */
  readonly by: string;
}

export interface GivenUrlOptions {
  readonly option: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
  /** Looked at in this order. */
  readonly variables: readonly string[];
  /** `TEST_DATABASE_URL` may be for a database of another kind. */
  readonly protocol: RegExp;
}

/** The stack's own URL, else the first variable with one for this kind of server. */
export function givenUrl({
  option,
  environment,
  variables,
  protocol,
}: GivenUrlOptions): GivenUrl | undefined {
  if (option !== undefined) return { url: option, by: "the stack" };
  for (const name of variables) {
    const url = environment[name];
    if (url !== undefined && protocol.test(url)) return { url, by: name };
  }
  return undefined;
}
