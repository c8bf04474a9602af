import type { DatabaseUrlKind } from "../../url-for-tests.ts";

export const postgresUrls: DatabaseUrlKind = {
  example: "postgresql://user:password@host:5432/app_test",
  protocol: /^postgres(ql)?:$/,
};
