import { spawn } from "node:child_process";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import {
  type CliProject,
  makeCliProject,
  nothingStays,
  webServer,
  webStack,
} from "./cli-project.ts";
import { missingCommand, need } from "../service/need.ts";

/**
 * These commands are about all stacks of a user, and this user may have others that run now: they get a /dev/shm, a cache
 * and a temporary folder of their own.
 */
const apart = ["--mount", ...(process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"])];
const mount = ["mount", "-t", "tmpfs", "none", "/dev/shm"];
const missing = missingCommand(["unshare", ...apart, ...mount]);
beforeEach((context) => need(context, missing));

const files = {
  "a/package.json": `{ "type": "module" }`,
  "a/server.mjs": webServer,
  "a/shakedown.stack.ts": webStack,
  "b/package.json": `{ "type": "module" }`,
  "b/server.mjs": webServer,
  "b/shakedown.stack.ts": webStack,
};

async function runApart(project: CliProject, script: string): Promise<string> {
  const main = join(project.folder, "node_modules/shakedown/dist/cli/main.js");
  await project.write({
    sd: `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`,
    "script.sh": `mount -t tmpfs none /dev/shm\n${script}\n`,
    "temp/.gitkeep": "",
  });
  await chmod(join(project.folder, "sd"), 0o755);
  const child = spawn("unshare", [...apart, "sh", "script.sh"], {
    cwd: project.folder,
    env: {
      PATH: `${project.folder}:${process.env["PATH"] ?? ""}`,
      HOME: project.folder,
      TMPDIR: join(project.folder, "temp"),
      NO_COLOR: "1",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (more: string) => (text += more));
  await new Promise((resolve) => child.once("close", resolve));
  return text.replaceAll(project.folder, "<project>");
}

test("all stacks of a user are shown and stopped by one command", async () => {
  await using project = await makeCliProject(files);
  const said = await runApart(
    project,
    `(cd a && sd up > /dev/null); (cd b && sd up clock > /dev/null)
     sd status --all; sd status --all --json | grep -c '"running"\\|"stackFile"'
     sd down --all; echo "status $?"; sd status --all; sd down --all`,
  );
  const lines = said
    .replaceAll(/pid \d+/g, "pid <n>")
    .replaceAll(/[\d.]+ (?:ms|s|[kM]B)\b/g, "<n>")
    .replaceAll(/\(\d\d:\d\d\)/g, "(<time>)");
  expect(lines).toContain(
    ` a  <project>/a/shakedown.stack.ts
   pid <n>, up <n>, 2 of 2 services, <n>, 0 clients
   stays until \`shakedown down\`, or 2 h without a client (<time>)

 b  <project>/b/shakedown.stack.ts
   pid <n>, up <n>, 1 of 2 services, <n>, 0 clients
`,
  );
  expect(lines).toContain("Stopped <project>/a/shakedown.stack.ts (pid <n>) in <n>.\n");
  expect(lines).toContain("Stopped <project>/b/shakedown.stack.ts (pid <n>) in <n>.\n");
  expect(lines).toContain("status 0\nNothing is running.\nNothing is running.\n");
  await nothingStays(project);
});

test("purge removes caches and temporary data, but not under a run", async () => {
  await using project = await makeCliProject(files);
  const said = await runApart(
    project,
    `(cd a && sd up > /dev/null)
     (cd b && exec sd exec -q -- sh -c 'touch ../ready; exec sleep 60') & run=$!
     while [ ! -e ready ]; do sleep 0.05; done
     cd a; sd down --purge; echo "refused $?"; sd status | grep -c 'pid'
     sd down --purge --force; echo "forced $?"; (cd ../b; sd status | head -1)
     kill $run; wait $run; echo "run $?"
     sd up > /dev/null; sd down --purge; echo "purged $?"; ls -A ../.cache/shakedown .shakedown | tr '\\n' ' '`,
  );
  expect(said).toMatch(
    /✖ the caches are in use by <project>\/b\/shakedown.stack.ts \(exec, pid \d+\)/,
  );
  expect(said).toContain("refused 3\n1\n");
  expect(said).toMatch(/forced 0\n stack {7}<project>\/b/);
  expect(said).toContain("run 143\n");
  expect(said).toMatch(/Freed \d+ [kM]B \(\d+ bytes\) in\n(?: {2}<project>\S+\n)+purged 0\n/);
  expect(said.trimEnd()).toMatch(
    /purged 0\n\.\.\/\.cache\/shakedown: {2}\.shakedown: \.gitignore$/,
  );
  await nothingStays(project);
});
