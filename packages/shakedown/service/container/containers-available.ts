import { spawnSync } from "node:child_process";

/** Made by scripts/container-images.ts. */
export const images = {
  debian: "shakedown-test/debian:12",
  redis: "shakedown-test/redis:7",
  postgres: "shakedown-test/postgres:15",
  mariadb: "shakedown-test/mariadb:10.11",
} as const;

/** Why tests with containers cannot run here, if they cannot. */
export function containersMissing(): string | undefined {
  const asked = docker("image", "inspect", "--format", "{{.Id}}", ...Object.values(images));
  if (asked.error !== undefined) return "the docker command is missing";
  if (asked.status === 0) return undefined;
  const { stderr } = asked;
  return /no such image/i.test(stderr)
    ? "the images are missing: node scripts/with-node.mjs scripts/container-images.ts"
    : `Docker does not answer: ${/.*/.exec(stderr.trim())?.[0]}`;
}

export function docker(...args: readonly string[]) {
  return spawnSync("docker", args, { encoding: "utf8", timeout: 60_000 });
}

/** The containers that carry this label, also stopped ones. */
export function containersWith(label: string): string[] {
  const { stdout } = docker("ps", "--all", "--quiet", "--no-trunc", "--filter", `label=${label}`);
  return stdout.split("\n").filter((line) => line !== "");
}
