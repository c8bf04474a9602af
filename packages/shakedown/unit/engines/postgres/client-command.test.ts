import { expect, test } from "vitest";
import { clientCommand } from "../../../src/engines/postgres/client-command.ts";

test("psql gets its password by environment, and odd names quoted", () => {
  expect(clientCommand({ url: "postgresql://me:s%20cret@127.0.0.1:5433/it's%20a%20test" })).toEqual(
    {
      programs: ["psql", "pgcli"],
      args: [String.raw`host='127.0.0.1' port='5433' user='me' dbname='it\'s a test'`],
      env: { PGPASSWORD: "s cret" },
    },
  );
  expect(clientCommand({})).toBeUndefined();
});
