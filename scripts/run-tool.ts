import { spawn } from "node:child_process";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { root } from "./places.ts";

/** Runs a tool of node_modules/.bin from the top folder. Gives its output as lines when it fails, else nothing. */
export async function runTool(name: string, args: readonly string[]): Promise<string[]> {
  const output: string[] = [];
  const exitCode = await new Promise<number>((resolve, reject) => {
    const child = spawn(join(root, "node_modules", ".bin", name), args, {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NO_COLOR: "1" },
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => output.push(text));
    }
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
  if (exitCode === 0) return [];
  // oxfmt colours its output whatever the environment says.
  const lines = stripVTControlCharacters(output.join(""))
    .split("\n")
    .filter((line) => line.trim() !== "");
  return lines.length === 0 ? [`${name} ended with exit status ${exitCode}`] : lines;
}
