// Runs a TypeScript script of this repository with a Node that can: `node scripts/with-node.mjs scripts/demo.ts`.
//
// Plain old JavaScript, because this file has to run where nothing else here can: on the Node that the machine happens to
// have, after `npm install --ignore-scripts`, on a read-only checkout.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const needs = "Node.js 24, or 26 and newer";

if (process.platform === "win32")
  giveUp("Shakedown does not run on Windows yet.", "Use it inside WSL 2, where it is Linux.");
const [script, ...rest] = process.argv.slice(2);
if (script === undefined)
  giveUp("no script was named", "node scripts/with-node.mjs scripts/demo.ts");
run(findNode());

function findNode() {
  if (isGoodEnough(process.version)) return process.execPath;
  const candidates = [join(root, "node_modules", "node", "bin", "node"), cachedNode()];
  for (const candidate of candidates) if (works(candidate)) return candidate;
  installNode();
  if (works(cachedNode())) return cachedNode();
  return giveUp(
    "this machine has Node.js " +
      process.versions.node +
      "; the repository needs " +
      needs +
      ", and none could be installed",
    "Install Node.js 24 and run the command again.",
  );
}

function isGoodEnough(version) {
  const major = Number(version.replace("v", "").split(".")[0]);
  // 22 strips types too, but does not know `await using`; odd lines are not what Vitest supports.
  return major === 24 || major >= 26;
}

function works(binary) {
  if (!existsSync(binary)) return false;
  const answer = spawnSync(binary, ["--version"], { encoding: "utf8" });
  return answer.status === 0 && isGoodEnough(answer.stdout.trim());
}

function platformPackage() {
  const prefix = process.platform === "darwin" && process.arch === "arm64" ? "node-bin" : "node";
  return prefix + "-" + process.platform + "-" + process.arch;
}

function cachedNode() {
  return join(cacheFolder(), "node_modules", platformPackage(), "bin", "node");
}

function cacheFolder() {
  const home = homedir();
  if (process.env.XDG_CACHE_HOME) return join(process.env.XDG_CACHE_HOME, "shakedown", "node-24");
  if (!existsSync(home)) return join(tmpdir(), "shakedown-node-24");
  if (process.platform === "darwin") return join(home, "Library", "Caches", "shakedown", "node-24");
  return join(home, ".cache", "shakedown", "node-24");
}

function installNode() {
  const folder = cacheFolder();
  const name = platformPackage();
  console.error(
    "Node.js " +
      process.versions.node +
      " is too old for this repository; fetching " +
      name +
      "@24 into " +
      folder,
  );
  try {
    mkdirSync(folder, { recursive: true });
    // An own package.json keeps npm from walking up to this workspace's.
    writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  } catch (error) {
    return giveUp(
      "the cache folder " + folder + " cannot be written: " + error.message,
      "Set XDG_CACHE_HOME to a folder that can.",
    );
  }
  const npm = npmCommand();
  spawnSync(
    npm.command,
    npm.args.concat(
      "install",
      "--no-save",
      "--no-audit",
      "--no-fund",
      "--ignore-scripts",
      name + "@24",
    ),
    {
      cwd: folder,
      env: withoutNpmSettings(process.env),
      stdio: ["ignore", "inherit", "inherit"],
    },
  );
}

function npmCommand() {
  const cli = process.env.npm_execpath;
  if (cli && existsSync(cli) && /\.c?js$/.test(cli))
    return { command: process.execPath, args: [cli] };
  return { command: "npm", args: [] };
}

/** An outer `npm run` tells its own folder and flags by environment, which would misdirect the inner npm. */
function withoutNpmSettings(environment) {
  const misleading =
    /^npm_(config_(local_prefix|prefix|workspace|workspaces|ignore_scripts|omit|include|save)|package_|lifecycle_)/i;
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !misleading.test(name)));
}

function run(node) {
  // Tools that are started by name (`#!/usr/bin/env node`) get the same Node.
  const path = dirname(node) + delimiter + (process.env.PATH || "");
  const child = spawn(
    node,
    ["--disable-warning=ExperimentalWarning", join(root, script)].concat(rest),
    {
      stdio: "inherit",
      env: Object.assign({}, process.env, { PATH: path }),
    },
  );
  // A terminal's Ctrl-C reaches the child by itself; sent twice it would mean "at once".
  process.on("SIGINT", () => {});
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) =>
    giveUp(node + " could not be started: " + error.message, "Install Node.js 24."),
  );
  child.on("exit", (code, signal) =>
    process.exit(signal ? 128 + (signal === "SIGINT" ? 2 : 15) : code),
  );
}

function giveUp(what, remedy) {
  console.error(what + "\n  " + remedy);
  return process.exit(3);
}
