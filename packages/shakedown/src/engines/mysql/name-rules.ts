import type { NameRules } from "../database-name.ts";

export const nameRules: NameRules = {
  mostBytes: 64,
  limit: "servers refuse more than 64",
  reserved: /^(mysql|sys|information_schema|performance_schema)$/i,
};
