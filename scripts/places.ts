import { dirname, join } from "node:path";

/** The repository's top folder. */
export const root = dirname(import.meta.dirname);
export const packageFolder = join(root, "packages", "shakedown");
export const commandLine = join(packageFolder, "dist", "cli", "main.js");
export const exampleFolder = join(root, "examples", "home-security");
export const pageFolder = join(root, "packages", "page");
