import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import type { ServiceLog } from "../../engines/engine.ts";
import { ShakedownError } from "../../errors/shakedown-error.ts";
import { findProgram } from "../../process/find-program.ts";
import type { Processes } from "../../process/managed-process.ts";
import { runCommand } from "../../process/run-command.ts";
import { pullFailure } from "./pull-image.ts";
import type { ContainerEngine } from "./find-engine.ts";
import { findImage, type Image } from "./images.ts";

export interface BuildImageOptions {
  /** Absolute: what is sent to the builder. */
  readonly folder: string;
  readonly dockerfile?: string | undefined;
  readonly target?: string | undefined;
  readonly args?: Readonly<Record<string, string>> | undefined;
  readonly service: string;
  readonly stackFile: string;
  /** Of the files: what was built from the same ones is taken as it is. */
  readonly fingerprint: string;
  readonly processes: Processes;
  readonly environment: Readonly<Record<string, string>>;
  readonly log: ServiceLog;
  readonly progress: (step: string) => void;
  readonly signal: AbortSignal;
}

const limitMs = 30 * 60_000;

/**
 * Builds with the engine's own command: a Dockerfile of today needs BuildKit, which the plain API does not speak.
 *
 * @throws ShakedownError `IMAGE_BUILD_FAILED` with the builder's last lines
 */
export async function buildImage(
  engine: ContainerEngine,
  options: BuildImageOptions,
): Promise<Image> {
  const { folder, dockerfile = "Dockerfile", target, args = {}, service, environment } = options;
  const tag = tagFor(options);
  const present = await findImage(engine, tag);
  if (present !== undefined) return present;

  const { program, env, first } = builderOf(engine, environment);
  options.progress(`building ${service}`);
  const result = await runCommand({
    title: `the build of ${service}`,
    command: program,
    args: [
      ...first,
      "build",
      ...(env["DOCKER_BUILDKIT"] === "0" ? ["--force-rm"] : []),
      "--tag",
      tag,
      "--label",
      `shakedown.project=${options.stackFile}`,
      "--file",
      resolve(folder, dockerfile),
      ...(target === undefined ? [] : ["--target", target]),
      ...Object.entries(args).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]),
      folder,
    ],
    cwd: folder,
    env,
    processes: options.processes,
    signal: options.signal,
    timeoutMs: limitMs,
    onLine(stream, line) {
      if (line.trim() === "") return;
      options.log.write(stream, line);
      options.progress(`building ${service}: ${line.trim().slice(0, 120)}`);
    },
  });
  const built = result.code === 0 ? await findImage(engine, tag) : undefined;
  if (built !== undefined) return built;
  throw buildFailure(engine, options, `${result.stdout}\n${result.stderr}`);
}

/** One name for each content: a build that is still right is found by it. */
function tagFor({
  folder,
  dockerfile,
  target,
  args,
  service,
  fingerprint,
}: BuildImageOptions): string {
  const hash = createHash("sha256")
    .update(JSON.stringify([folder, dockerfile, target, args, fingerprint]))
    .digest("hex");
  return `shakedown-build/${service.toLowerCase()}:${hash.slice(0, 16)}`;
}

interface Builder {
  readonly program: string;
  readonly first: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

function builderOf(
  engine: ContainerEngine,
  environment: Readonly<Record<string, string>>,
): Builder {
  const path = environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin";
  const find = (name: string): string | undefined => findProgram(name, { path, cwd: "/" });
  const podman = engine.kind === "podman" ? find("podman") : undefined;
  const { url, tlsFolder } = engine.endpoint;
  if (podman !== undefined)
    return { program: podman, first: ["--url", url], env: { ...environment, PATH: path } };
  const docker = find("docker");
  if (docker === undefined) {
    throw new ShakedownError(
      "IMAGE_BUILD_FAILED",
      `an image cannot be built with ${engine.title}: its command is not on PATH`,
      { hint: "Install docker (or podman), or give container() an image that is built already" },
    );
  }
  const hasBuildKit = find("docker-buildx") !== undefined || hasBuildxPlugin(environment);
  return {
    program: docker,
    first: ["--host", url, ...(tlsFolder === undefined ? [] : tlsArguments(tlsFolder))],
    env: {
      ...environment,
      PATH: path,
      BUILDKIT_PROGRESS: "plain",
      // Asked of a client without it, BuildKit fails the build; the older builder serves.
      ...(hasBuildKit && engine.kind === "docker" ? {} : { DOCKER_BUILDKIT: "0" }),
    },
  };
}

function tlsArguments(folder: string): readonly string[] {
  const file = (name: string): string => join(folder, `${name}.pem`);
  return [
    "--tlsverify",
    "--tlscacert",
    file("ca"),
    "--tlscert",
    file("cert"),
    "--tlskey",
    file("key"),
  ];
}

function hasBuildxPlugin(environment: Readonly<Record<string, string>>): boolean {
  const folders = [
    join(environment["HOME"] ?? "/", ".docker"),
    "/usr/local/lib/docker",
    "/usr/local/libexec/docker",
    "/usr/lib/docker",
    "/usr/libexec/docker",
    "/Applications/Docker.app/Contents/Resources",
  ];
  return folders.some(
    (folder) =>
      findProgram(join(folder, "cli-plugins", "docker-buildx"), { path: "", cwd: "/" }) !==
      undefined,
  );
}

function buildFailure(
  engine: ContainerEngine,
  { service, folder }: BuildImageOptions,
  output: string,
): ShakedownError {
  const lines = output
    .split("\n")
    .filter((line) => line.trim() !== "" && !/DEPRECATED|buildx/.test(line));
  const last = lines.slice(-20);
  const told = pullFailure(`the base image of ${service}`, engine, new Error(output));
  if (told.code === "CONTAINER_DISK_FULL" || told.code === "IMAGE_PULL_LIMIT") return told;
  return new ShakedownError(
    "IMAGE_BUILD_FAILED",
    `the image of ${service} was not built from ${folder}: ${last.at(-1) ?? "no output"}`,
    {
      hint: `Build it by hand: docker build ${folder}`,
      details: { logTail: last, engine: engine.title },
    },
  );
}
