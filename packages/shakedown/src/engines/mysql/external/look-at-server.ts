import { type Flavour, parseMysqlVersion } from "../../../providers/mysql-programs.ts";
import type { VersionWish } from "../../../providers/version-wish.ts";
import { openMysql } from "../driver.ts";
import { withDatabase } from "../start-on-server.ts";

export interface ServerLook {
  readonly wish: VersionWish;
  readonly flavour: Flavour;
}

/** The version of a server that runs already, or why it is not taken. */
export async function lookAtServer(
  url: string,
  { wish, flavour }: ServerLook,
): Promise<{ readonly version: string } | { readonly passedOver: string }> {
  const { host } = new URL(url);
  try {
    // The database of the URL need not be there: its name only says that the server is for tests.
    const client = await openMysql(withDatabase(url, ""), { connectTimeoutMs: 5000 });
    try {
      const { rows } = await client.query<{ version: string }>("select version() as version");
      const printed = rows[0]?.version ?? "";
      const found = parseMysqlVersion(printed);
      if (found === undefined) return { passedOver: `${host} tells no version: ${printed}` };
      if (found.flavour !== flavour) {
        return {
          passedOver: `${host} is ${found.flavour === "mariadb" ? "MariaDB: use mariadb() for it" : "MySQL: use mysql() for it"}`,
        };
      }
      return wish.accepts(found.version)
        ? { version: `${flavour} ${found.version}` }
        : { passedOver: `${host} is version ${found.version}, not ${wish.text}` };
    } finally {
      await client.end();
    }
  } catch (error) {
    return { passedOver: `${host} let nobody in: ${(error as Error).message}` };
  }
}
