import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { logLine } from "../../src/engines/command/ready.ts";
import engine from "../../src/engines/container/engine.ts";
import { container, type ContainerOptions } from "../../src/engines/container/service.ts";
import { type EngineContext, engineContext } from "../engine-context.ts";
import { containersMissing, docker, images } from "./containers-available.ts";
import { need } from "../need.ts";

const missing = containersMissing();
beforeEach((context) => need(context, missing));

async function contextWith(options: ContainerOptions, dockerfile: string): Promise<EngineContext> {
  const context = await engineContext(container(options), { per: "run" });
  onTestFinished(async () => {
    await context[Symbol.asyncDispose]();
    const built = docker(
      "images",
      "--quiet",
      "--filter",
      `label=shakedown.project=${context.start.stack.file}`,
    );
    for (const id of built.stdout.split("\n").filter(Boolean)) docker("rmi", "--force", id);
  });
  await mkdir(join(context.folder, "app"));
  await writeFile(join(context.folder, "app", "Dockerfile"), dockerfile);
  return context;
}

const dockerfile = `FROM ${images.debian}
ARG COLOUR=none
RUN echo "painted $COLOUR" >/painted
CMD ["sh", "-c", "cat /painted; exec sleep 1000"]
`;

test("an image that cannot be had is built here, with its steps as progress; the same files are not built twice", async () => {
  const context = await contextWith(
    {
      image: "registry.invalid/nobody/app:1",
      build: { context: "app", args: { COLOUR: "green" } },
      ready: logLine(/painted (?<colour>\w+)/),
    },
    dockerfile,
  );
  const start = async () => {
    const steps: string[] = [];
    const running = await engine.start({ ...context.start, progress: (step) => steps.push(step) });
    await running.stop();
    return { running, steps };
  };
  const first = await start();
  expect(first.running).toMatchObject({
    note: "built here",
    outputs: { colour: "green" },
    provider: { version: /^shakedown-build\/it:[0-9a-f]{16} / },
  });
  expect(first.steps.join("\n")).toContain("painted $COLOUR");
  const second = await start();
  expect(second.steps.join("\n")).not.toContain("painted $COLOUR");
  expect(second.running.provider.version).toBe(first.running.provider.version);

  const before = await engine.fingerprint?.(context.start.service, context.start.stack);
  await writeFile(join(context.folder, "app", "Dockerfile"), dockerfile.replace("painted", "dyed"));
  expect(await engine.fingerprint?.(context.start.service, context.start.stack)).not.toBe(before);
});

test("a build that fails is told with the builder's last lines", async () => {
  const context = await contextWith(
    { build: "app" },
    `FROM ${images.debian}\nRUN echo there is no such library >&2; exit 3\n`,
  );
  await expect(engine.start(context.start)).rejects.toMatchObject({
    code: "IMAGE_BUILD_FAILED",
    message: expect.stringMatching(
      /the image of it was not built from .*app: .*(?:code:|status) 3/,
    ),
    details: { logTail: expect.arrayContaining([expect.stringContaining("no such library")]) },
  });
});

test("mistakes in the options are found before anything starts", async () => {
  const service = container({
    ports: { http: 0 },
    ready: { kind: "tcp", port: "admin" },
    mounts: [{ from: "nowhere", to: "/data" }],
    colour: "green",
  } as ContainerOptions);
  await using context = await engineContext(service, { per: "test" });
  const problems = await engine.validate(context.start.service, context.start.stack);
  expect(problems.map(({ at, message }) => `${at} ${message.replace(/: \/.*/, "")}`)).toEqual([
    "services.it.colour is not an option",
    "services.it has neither an image nor a build",
    'services.it.per "test" is not supported for a container, which takes too long to start',
    "services.it.ports.http is 0, and a container with a network of its own listens where its program says",
    "services.it.ready waits for the port admin, which is not among its ports",
    "services.it.mounts.0.from is not there",
  ]);
});

test("the image behind a name decides whether a running container is used again", async () => {
  const image = "shakedown-test/moved:1";
  onTestFinished(() => void docker("rmi", image));
  const service = container({ image });
  await using context = await engineContext(service);
  const parts = () =>
    engine.reuseParts?.(context.start.service, context.start.stack, context.start.environment);
  expect(await parts()).toMatchObject([{ what: `image ${image}`, hash: "none" }]);
  docker("tag", images.debian, image);
  const before = await parts();
  expect(before).toMatchObject([{ hash: /^sha256:/, shown: /^[0-9a-f]{12}$/ }]);
  docker("tag", images.redis, image);
  expect(await parts()).not.toEqual(before);
  const { start } = context;
  expect(
    await engine.reuseParts?.(start.service, start.stack, { DOCKER_HOST: "tcp://127.0.0.1:1" }),
  ).toEqual([{ what: `image ${image}`, hash: "none", isOpen: true }]);
});
