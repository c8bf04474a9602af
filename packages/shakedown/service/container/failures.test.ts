import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import engine from "../../src/engines/container/engine.ts";
import { container, type ContainerOptions } from "../../src/engines/container/service.ts";
import { containerRung } from "../../src/providers/container/container-rung.ts";
import { anyVersion } from "../../src/providers/version-wish.ts";
import { findEngine } from "../../src/providers/container/find-engine.ts";
import { engineContext } from "../engine-context.ts";
import { containersMissing, containersWith, docker, images } from "./containers-available.ts";
import { need, onlyWhere } from "../need.ts";

const missing = containersMissing();
beforeEach((context) => need(context, missing));

async function failureOf(options: ContainerOptions): Promise<unknown> {
  await using context = await engineContext(container(options), { per: "run" });
  const { start } = context;
  const failure: unknown = await engine.start(start).then(
    async (running) => {
      await running.stop();
      return "it started";
    },
    (error: unknown) => error,
  );
  expect(containersWith(`shakedown.project=${start.stack.file}`)).toEqual([]);
  return failure;
}

test("an image that is nowhere is told by its name, with what the registry said", async () => {
  const image = "registry.invalid/nobody/nothing:1";
  expect(await failureOf({ image })).toMatchObject({
    code: "IMAGE_MISSING",
    message: expect.stringContaining(`${image} was not pulled`),
    hint: expect.stringContaining(image),
  });
});

test("a name that cannot be one is refused", async () => {
  expect(await failureOf({ image: "Not An Image" })).toMatchObject({ code: "IMAGE_MISSING" });
});

test("a program for another processor is told as such", async () => {
  const folder = mkdtempSync(join(tmpdir(), "shakedown-other-processor-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "program"), "neither a program nor a script", { mode: 0o755 });
  const image = "shakedown-test/other-processor:1";
  const tar = execFileSync("tar", ["-C", folder, "-c", "program"]);
  execFileSync(
    "docker",
    ["import", "--platform", "linux/s390x", "--change", 'ENTRYPOINT ["/program"]', "-", image],
    { input: tar, stdio: ["pipe", "ignore", "ignore"] },
  );
  onTestFinished(() => void docker("rmi", image));
  expect(await failureOf({ image, ports: { http: 80 } })).toMatchObject({
    code: "IMAGE_PLATFORM",
    message: expect.stringMatching(/^it cannot run here: shakedown-test\/other-processor:1 is /),
  });
});

test("a port that another program holds is told, after others were tried in vain", async () => {
  const holder = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => holder.once("listening", resolve));
  onTestFinished(() => void holder.close());
  const { port } = holder.address() as AddressInfo;
  const found = containerRung(
    { image: images.redis, environment: process.env as Record<string, string> },
    (source) => source,
  );
  const look = await found.look(anyVersion);
  if (!("found" in look)) throw new Error(look.passedOver);
  await using context = await engineContext(container({ image: images.redis }));
  await expect(
    look.found.run({
      title: "cache",
      context: context.start,
      ...context.start,
      ports: { redis: 6379 },
      hostPorts: { redis: port },
    }),
  ).rejects.toMatchObject({ code: "CONTAINER_PORT_TAKEN", details: { status: 500 } });
  expect(containersWith(`shakedown.project=${context.start.stack.file}`)).toEqual([]);
});

test("a program that the image does not have, and a mount over a file, are told with the engine's words", async () => {
  expect(await failureOf({ image: images.debian, command: ["no-such-program"] })).toMatchObject({
    code: "START_FAILED",
    message: expect.stringContaining("no-such-program"),
  });
  expect(
    await failureOf({
      image: images.debian,
      command: ["true"],
      mounts: [{ from: "/etc/hostname", to: "/etc" }],
    }),
  ).toMatchObject({ code: "CONTAINER_MOUNT" });
});

test("an engine that is not there, or not for this user, is told with what to do", async () => {
  await expect(findEngine({ DOCKER_HOST: "unix:///nowhere/docker.sock" })).rejects.toMatchObject({
    code: "CONTAINER_ENGINE_NONE",
    message: "no container engine answers at unix:///nowhere/docker.sock (DOCKER_HOST): ENOENT",
    hint: expect.stringContaining("systemctl"),
  });
  await expect(findEngine({ DOCKER_HOST: "ssh://somebody@somewhere" })).rejects.toMatchObject({
    code: "CONTAINER_ENGINE_NONE",
    hint: expect.stringContaining("forward its socket"),
  });
  await expect(
    findEngine({ DOCKER_CONTEXT: "none-of-this-name", HOME: "/nowhere" }),
  ).rejects.toMatchObject({
    code: "CONTAINER_ENGINE_NONE",
    message: expect.stringContaining("the docker context none-of-this-name"),
  });
});

test("a socket that this user may not use is told as such", (context) => {
  onlyWhere(context, process.getuid?.() === 0, "for root");
  // As another user, in a process of its own: this one may use everything.
  const module = new URL("../../src/providers/container/find-engine.ts", import.meta.url).href;
  const script = `
    process.setgid(65534); process.setuid(65534);
    const { findEngine } = await import(${JSON.stringify(module)});
    const error = await findEngine({}).catch((caught) => caught);
    console.log(JSON.stringify([error.code, error.hint]));
  `;
  const answer = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
    encoding: "utf8",
    env: {},
  });
  expect(JSON.parse(answer)).toEqual([
    "CONTAINER_ENGINE_DENIED",
    expect.stringContaining("usermod -aG docker"),
  ]);
});

test("a rung without an engine, or without the image, says why it was passed over or what it will do", async () => {
  const rung = (environment: Record<string, string>, image: string = images.redis) =>
    containerRung({ image, environment }, () => "found").look(anyVersion);
  expect(await rung({ DOCKER_HOST: "tcp://127.0.0.1:1" })).toEqual({
    passedOver: expect.stringContaining("ECONNREFUSED"),
  });
  expect(await rung({})).toMatchObject({
    found: "found",
    version: expect.stringMatching(/^shakedown-test\/redis:7 \([0-9a-f]{12}\)$/),
    reason: expect.stringMatching(/^Docker \d.* at unix:\/\//),
  });
  expect(await rung({}, "not-there:1")).toMatchObject({
    version: "not-there:1",
    reason: expect.stringContaining("once it has pulled the image"),
  });
});
