import { realpathSync } from "node:fs";

/**
 * The one name of a file, whatever links lead to it: stack traces hold this one, and the command line and the tests find
 * each other's supervisor by it.
 */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // A file that is not there has only the name it was given.
    return path;
  }
}
