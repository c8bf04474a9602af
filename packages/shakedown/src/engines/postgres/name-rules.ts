import type { NameRules } from "../database-name.ts";

export const nameRules: NameRules = {
  mostBytes: 63,
  limit: "PostgreSQL cuts them at 63",
  reserved: /^(postgres|template[01])$/,
};
