// Makes the images that the tests with containers and `npm run bench -- containers` use, without any registry: a minimal
// Debian by debootstrap, and on it PostgreSQL, Redis and MariaDB from Debian's packages.
//
//   node scripts/with-node.mjs scripts/container-images.ts
//
// Needs a container engine that answers, and for the base root (or sudo) and debootstrap. What is there and still right is
// kept; about a minute on a machine that has nothing.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const suite = "bookworm";
const mirror = process.env["DEBIAN_MIRROR"] ?? "http://deb.debian.org/debian";
const base = "shakedown-test/debian:12";
/** Each has a folder of its name in container-images/. */
const images = {
  postgres: "shakedown-test/postgres:15",
  redis: "shakedown-test/redis:7",
  mariadb: "shakedown-test/mariadb:10.11",
};

const folder = join(import.meta.dirname, "container-images");
const label = "shakedown.source";
const startedMs = performance.now();

try {
  const version = run("docker", ["version", "--format", "{{.Server.Version}}"]);
  console.log(`Docker ${version.trim()}`);
  makeBase();
  await Promise.all(Object.entries(images).map(([name, tag]) => makeImage(name, tag)));
  console.log(`took ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

function makeBase(): void {
  const source = hashOf([suite, mirror]);
  if (sourceOf(base) === source) return console.log(`${base} is there`);
  console.log(`making ${base} by debootstrap`);
  const root = mkdtempSync(join(tmpdir(), "shakedown-debian-"));
  try {
    // Its set-up programs run in there: root, and a folder that allows devices.
    run(...asRoot(["debootstrap", "--variant=minbase", suite, root, mirror]));
    const [tar, args] = asRoot(["tar", "-C", root, ...unneeded(), "-c", "."]);
    const packed = [tar, ...args].map((word) => `'${word}'`).join(" ");
    run("sh", ["-c", `${packed} | docker import --change 'LABEL ${label}=${source}' - ${base}`]);
  } finally {
    const [program, args] = asRoot(["rm", "-rf", "--one-file-system", root]);
    spawnSync(program, args);
    rmSync(root, { recursive: true, force: true });
  }
}

function unneeded(): readonly string[] {
  return ["./var/cache/apt/archives/*.deb", "./var/lib/apt/lists/*", "./usr/share/doc/*"].map(
    (pattern) => `--exclude=${pattern}`,
  );
}

async function makeImage(name: string, tag: string): Promise<void> {
  const files = readdirSync(join(folder, name)).toSorted();
  const contents = files.map((file) => readFileSync(join(folder, name, file), "utf8"));
  const source = hashOf([...contents, idOf(base)]);
  if (sourceOf(tag) === source) return console.log(`${tag} is there`);
  console.log(`building ${tag}`);
  const hasBuildx = spawnSync("docker", ["buildx", "version"]).status === 0;
  const args = ["build", "--network", "host", "--label", `${label}=${source}`, "--tag", tag];
  const child = spawn("docker", [...args, join(folder, name)], {
    env: { ...process.env, ...(hasBuildx ? {} : { DOCKER_BUILDKIT: "0" }) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => output.push(chunk.toString()));
  const status = await new Promise((resolve) => child.once("close", resolve));
  if (status !== 0) throw new Error(`${tag} was not built:\n${output.join("").slice(-4000)}`);
}

function sourceOf(tag: string): string {
  return inspect(tag, `{{index .Config.Labels "${label}"}}`);
}

function idOf(tag: string): string {
  return inspect(tag, "{{.Id}}");
}

function inspect(tag: string, format: string): string {
  const { stdout } = spawnSync("docker", ["image", "inspect", "--format", format, tag], {
    encoding: "utf8",
  });
  return stdout.trim();
}

function asRoot([program = "", ...args]: readonly string[]): [string, readonly string[]] {
  return process.getuid?.() === 0 ? [program, args] : ["sudo", ["-n", program, ...args]];
}

function run(program: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: "utf8",
    env: { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin:/sbin` },
    maxBuffer: 64 * 2 ** 20,
  });
  if (status === 0) return stdout;
  const how = error?.message ?? `${stderr}${stdout}`.trim().slice(-2000);
  throw new Error(
    `${program} ${args.join(" ")}: ${how}\nOn Debian: apt-get install docker.io iptables debootstrap; then start dockerd`,
  );
}

function hashOf(parts: readonly string[]): string {
  return createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 16);
}
