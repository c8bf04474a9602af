import { hostname } from "node:os";
import { quoteText } from "../driver.ts";

export const controlUser = "root";

export interface Passwords {
  readonly user: string;
  readonly userPassword: string;
  readonly controlPassword: string;
}

/** What a server of our own does before it lets anybody in. One statement on each line, as servers want them in this file. */
export function initStatements({ user, userPassword, controlPassword }: Passwords): string {
  const root = (host: string): string => `${quoteText(controlUser)}@${quoteText(host)}`;
  const application = `${quoteText(user)}@'%'`;
  // Without names, a connection by TCP comes from an address.
  const lines = [
    `CREATE USER IF NOT EXISTS ${root("127.0.0.1")}`,
    `ALTER USER ${root("127.0.0.1")} IDENTIFIED BY ${quoteText(controlPassword)}`,
    `GRANT ALL PRIVILEGES ON *.* TO ${root("127.0.0.1")} WITH GRANT OPTION`,
    `ALTER USER ${root("localhost")} IDENTIFIED BY ${quoteText(controlPassword)}`,
    `CREATE USER IF NOT EXISTS ${application}`,
    `ALTER USER ${application} IDENTIFIED BY ${quoteText(userPassword)}`,
    `GRANT ALL PRIVILEGES ON *.* TO ${application} WITH GRANT OPTION`,
    // The install makes them too, without a password; a machine may be named localhost.
    ...["::1", hostname().toLowerCase()]
      .filter((host) => host !== "localhost")
      .map((host) => `DROP USER IF EXISTS ${root(host)}`),
  ];
  return lines.map((line) => `${line};\n`).join("");
}
