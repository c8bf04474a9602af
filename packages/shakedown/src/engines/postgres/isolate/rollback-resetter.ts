import type { NestedConnection } from "../nested-connection.ts";
import type { Resetter } from "./resetter.ts";

/** Rolls back the one transaction in which all of a test happens. Sequences keep their values. */
export function rollbackResetter(nested: NestedConnection): Resetter {
  let based = false;
  return {
    async reset(level) {
      if (level === 0 && !based) await nested.restart();
      else await nested.rollbackTo(`shakedown_level_${level}`);
      return { kind: "restored", touched: [] };
    },
    mark: async (level) => await nested.savepoint(`shakedown_level_${level}`),
    async rebase() {
      await nested.savepoint("shakedown_level_0");
      based = true;
    },
    close: async () => undefined,
  };
}
