const example = "Write mysql://user:password@host:3306/app_test";

/** Why a URL must not be used, if so. References to other services are known only later. */
export function urlProblem(
  url: string,
  isForTests: boolean,
): { readonly message: string; readonly hint: string } | undefined {
  if (url.includes("${{")) return undefined;
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return { message: "is no URL", hint: example };
  }
  if (!/^(mysql|mariadb):$/.test(parsed.protocol))
    return { message: `is a ${parsed.protocol} URL`, hint: example };
  const database = decodeURIComponent(parsed.pathname.slice(1));
  if (isForTests || /test/i.test(database)) return undefined;
  return {
    message: `names the database "${database}" on ${parsed.hostname}, and nothing says that it is for tests`,
    hint: 'Name a database with "test" in it, or say so: urlIsForTests: true',
  };
}
