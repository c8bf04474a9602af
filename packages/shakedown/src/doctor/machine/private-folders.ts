import { examinePrivateFolders } from "../../providers/private-folders.ts";
import type { CheckResult, MachineCheck } from "../check.ts";

/** Folders at places where others could have made one first: they have to be ours, and nobody else's to look into. */
export const checkPrivateFolders: MachineCheck = async ({ environment, folder }) => {
  const name = "folders";
  const found = await examinePrivateFolders({ stackFile: folder, environment });
  const results = found.map(({ path, problem, mend }): Omit<CheckResult, "area"> => {
    if (mend === undefined) {
      const remedy = problem.hint;
      return {
        name,
        state: "failed",
        seen: problem.message,
        needed: "a folder of this user",
        ...(remedy === undefined ? {} : { remedy }),
      };
    }
    return {
      name,
      state: "advice",
      seen: `${path}: ${problem.message}`,
      needed: "a folder that only this user may write to",
      remedy: "shakedown doctor --fix (any command that needs it does it as well)",
      fix: async () => {
        await mend();
        return `made ${path} private`;
      },
    };
  });
  return results.length > 0
    ? results
    : [{ name, state: "ok", seen: "data, caches and sockets are this user's own" }];
};
