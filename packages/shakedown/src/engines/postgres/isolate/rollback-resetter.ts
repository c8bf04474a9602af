import type { NestedConnection } from "../nested-connection.ts";
import type { Resetter } from "./resetter.ts";

/** Rolls back the one transaction in which all of a test happens. Sequences keep their values. */
export function rollbackResetter(nested: NestedConnection): Resetter {
  let based = false;
  let marked = 0;
  return {
    async reset(level) {
      // A baseline that was taken since is what marks made before it have become.
      marked = Math.min(level, marked);
      if (marked === 0 && !based) await nested.restart();
      else await nested.rollbackTo(`shakedown_level_${marked}`);
      return { kind: "restored", touched: [] };
    },
    async mark(level) {
      await nested.savepoint(`shakedown_level_${level}`);
      marked = level;
    },
    async rebase() {
      await nested.savepoint("shakedown_level_0");
      based = true;
      marked = 0;
    },
    close: async () => undefined,
  };
}
