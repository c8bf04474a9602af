import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { logLine, tcp } from "../../src/engines/command/ready.ts";
import engine from "../../src/engines/container/engine.ts";
import { container, type ContainerOptions } from "../../src/engines/container/service.ts";
import type { RunningLease } from "../../src/engines/engine.ts";
import { until } from "../../src/kit/until.ts";
import { type EngineContext, engineContext, openClientOn } from "../engine-context.ts";
import { containersMissing, containersWith, docker, images } from "./containers-available.ts";
import { need } from "../need.ts";

const missing = containersMissing();
beforeEach((context) => need(context, missing));

interface Opened {
  readonly context: EngineContext;
  readonly lease: RunningLease;
  readonly service: ReturnType<typeof container>;
  readonly steps: string[];
  ids(): string[];
}

/** One slot's container; gone with the test. */
async function open(
  options: ContainerOptions,
  prepare?: (context: EngineContext) => Promise<void>,
): Promise<Opened> {
  const service = container(options);
  const context = await engineContext(service);
  onTestFinished(() => context[Symbol.asyncDispose]());
  await prepare?.(context);
  expect(await engine.validate(context.start.service, context.start.stack)).toEqual([]);
  const steps: string[] = [];
  const running = await engine.start({ ...context.start, progress: (step) => steps.push(step) });
  const lease = await context.lease(running, 0);
  onTestFinished(() => lease.release());
  const ids = () => containersWith(`shakedown.project=${context.start.stack.file}`);
  return { context, lease, service, steps, ids };
}

function inspect(id: string | undefined, format: string): unknown {
  return JSON.parse(docker("inspect", "--format", `{{json ${format}}}`, id ?? "").stdout);
}

/** Serves what its shell says, without anything but bash and perl, which the base image has. */
const answering = (script: string): readonly string[] => [
  "bash",
  "-c",
  `${script}; exec sleep 1000`,
];

test("an image runs on a loopback port of the engine's choice, labelled, and goes with its lease and its volumes", async () => {
  const { lease, ids, context } = await open({ image: images.redis, ports: { redis: 6379 } });
  const [id] = ids();
  expect(lease.outputs).toMatchObject({ host: "127.0.0.1", "ports.redis": /^\d+$/ });
  expect(inspect(id, ".HostConfig.PortBindings")).toEqual({
    "6379/tcp": [{ HostIp: "127.0.0.1", HostPort: expect.any(String) }],
  });
  expect(inspect(id, ".Config.Labels")).toMatchObject({
    "shakedown.service": "it",
    "shakedown.owner": new RegExp(`/${process.pid}/`),
    "shakedown.expires": /^20\d\d-/,
  });
  expect(inspect(id, ".Name")).toMatch(/^\/shakedown-it-[0-9a-f]{8}$/);
  const volumes = inspect(id, ".Mounts") as { readonly Type: string; readonly Name: string }[];
  expect(volumes).toMatchObject([{ Type: "volume" }]);
  await until(() => context.start.log.tail(50).join("\n").includes("Ready to accept connections"), {
    what: "its output in the service's log",
  });
  await lease.release();
  expect(ids()).toEqual([]);
  expect(docker("volume", "inspect", volumes[0]?.Name ?? "").status).toBe(1);
});

test("ready means that its own program takes connections, not the engine's proxy before it", async () => {
  const startedMs = performance.now();
  await open({
    image: images.redis,
    entrypoint: ["sh", "-c"],
    command: ["sleep 0.7; exec docker-entrypoint.sh redis-server"],
    ports: { redis: 6379 },
    ready: tcp("redis"),
  });
  expect(performance.now() - startedMs).toBeGreaterThan(700);
});

test("named groups of its log are outputs, and a container that ends is told with its last lines", async () => {
  const { lease, ids } = await open({
    image: images.debian,
    command: answering("echo token=abc123"),
    ready: logLine(/token=(?<token>\w+)/),
  });
  expect(lease.outputs).toMatchObject({ token: "abc123" });
  docker("kill", ...ids());
  expect(await lease.died).toMatchObject({
    how: "exited with code 137 (signal 9)",
    logTail: expect.arrayContaining(["out token=abc123"]),
  });
  expect(lease.isAlive?.()).toBe(false);
});

test("one that ends before it is ready fails with its exit and its last lines, and leaves nothing", async () => {
  const service = container({
    image: images.debian,
    command: ["sh", "-c", "echo no licence found >&2; exit 7"],
    ports: { http: 80 },
  });
  await using context = await engineContext(service);
  const running = await engine.start(context.start);
  await expect(context.lease(running, 0)).rejects.toMatchObject({
    code: "PROCESS_EXITED",
    message: `it of slot 0 (${images.debian}) exited with code 7 before it was ready`,
    details: { logTail: ["no licence found"] },
  });
  expect(containersWith(`shakedown.project=${context.start.stack.file}`)).toEqual([]);
});

test("files are copied, folders mounted read-only, paths kept in memory, and the user is the one named", async () => {
  const { context } = await open(
    {
      image: images.debian,
      files: {
        "/etc/app/a rather long folder name that needs more than the archive's hundred bytes/for/its/name/app.conf":
          "colour=green\n",
        "/usr/local/bin/hello": { file: "hello.sh", mode: 0o755 },
      },
      mounts: [{ from: "given", to: "/data" }],
      tmpfs: ["/scratch"],
      user: "65534:65534",
      workdir: "/data",
      command: [
        "sh",
        "-c",
        "hello; cat /etc/app/*/for/its/name/app.conf; cat seed.txt; touch /data/x 2>&1; stat -f -c %T /scratch; id -u; echo end; exec sleep 1000",
      ],
      ready: logLine("end"),
    },
    async ({ folder }) => {
      await mkdir(join(folder, "given"));
      await writeFile(join(folder, "given", "seed.txt"), "seeded\n");
      await writeFile(join(folder, "hello.sh"), "#!/bin/sh\necho hello from a script\n");
    },
  );
  expect(context.start.log.tail(20).filter((line) => /^(?:out|err) /.test(line))).toEqual([
    "out hello from a script",
    "out colour=green",
    "out seeded",
    "out touch: cannot touch '/data/x': Read-only file system",
    "out tmpfs",
    "out 65534",
    "out end",
  ]);
});

test("a restart is a new container on the same ports", async () => {
  const { lease, ids } = await open({ image: images.redis, ports: { redis: 6379 } });
  const before = ids();
  const next = await lease.restart?.();
  onTestFinished(() => next?.release());
  expect(next?.outputs).toEqual(lease.outputs);
  expect(ids()).toHaveLength(1);
  expect(ids()).not.toEqual(before);
});

test("its own port is known to its environment before it starts", async () => {
  const { lease, service } = await open({
    image: images.debian,
    ports: { http: 80 },
    env: { ADVERTISED: "http://127.0.0.1:${{self.ports.http}}" },
    command: answering("echo advertised $ADVERTISED"),
    ready: logLine(/advertised (?<url>\S+)/),
  });
  expect(lease.outputs["url"]).toBe(`http://127.0.0.1:${lease.outputs["ports.http"]}`);
  const client = await openClientOn(service, lease);
  expect(client.handle.outputs["url"]).toBe(lease.outputs["url"]);
  await client[Symbol.asyncDispose]();
});

test("with the host's network it listens on a chosen port of this machine", async () => {
  const { lease } = await open({
    image: images.redis,
    network: "host",
    ports: { redis: 0 },
    command: ["redis-server", "--port", "${{self.ports.redis}}", "--bind", "127.0.0.1"],
  });
  expect(Number(lease.outputs["ports.redis"])).toBeGreaterThan(1024);
});

test("a service that listens on this machine's loopback interface alone is reached from inside by reference", async () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    response.end("pong");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;

  const service = container({
    image: images.debian,
    env: { API: "${{api.url}}", OWN: "http://127.0.0.1:80" },
    command: answering(
      'rest=${API#http://}; exec 3<>/dev/tcp/${rest%:*}/${rest#*:}; printf "GET /from-inside HTTP/1.0\\r\\n\\r\\n" >&3; echo $(cat <&3) own $OWN',
    ),
    ready: logLine(/pong own (?<own>\S+)/),
  });
  await using context = await engineContext(service);
  const resolved = {
    ...context.start.service,
    options: {
      ...context.start.service.options,
      env: { API: `http://127.0.0.1:${port}`, OWN: "http://127.0.0.1:80" },
    },
  };
  const running = await engine.start({ ...context.start, service: resolved });
  const lease = await running.lease?.({
    ...context.start,
    service: resolved,
    slot: 0,
    generation: 0,
  });
  expect(asked).toEqual(["/from-inside"]);
  // What is no reference is the container's own business.
  expect(lease?.outputs["own"]).toBe("http://127.0.0.1:80");
  await lease?.release();
});
