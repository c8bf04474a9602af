import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openEngine } from "../../../src/providers/container/find-engine.ts";
import { haveImage } from "../../../src/providers/container/images.ts";
import {
  describePull,
  pullFailure,
  splitReference,
} from "../../../src/providers/container/pull-image.ts";

const engine = { title: "Docker 29.1.2", platform: "linux/arm64" };

/** Speaks the engine's API as far as a pull needs it: what a registry says cannot be had without one. */
async function fakeEngine(lines: readonly object[], status = 200) {
  const folder = mkdtempSync(join(tmpdir(), "shakedown-fake-engine-"));
  const asked: IncomingMessage[] = [];
  let isPulled = false;
  const server = createServer((request, response) => {
    asked.push(request);
    const { url = "" } = request;
    if (url === "/version") {
      response.end(
        JSON.stringify({
          Version: "29.1.2",
          ApiVersion: "1.52",
          MinAPIVersion: "1.44",
          Os: "linux",
          Arch: "arm64",
        }),
      );
    } else if (url.startsWith("/v1.52/images/create")) {
      isPulled = true;
      response.statusCode = status;
      for (const line of lines) response.write(`${JSON.stringify(line)}\r\n`);
      response.end();
    } else if (isPulled) {
      response.end(
        JSON.stringify({
          Id: "sha256:abc",
          RepoDigests: ["x@sha256:def"],
          Os: "linux",
          Architecture: "arm64",
        }),
      );
    } else {
      response.statusCode = 404;
      response.end(JSON.stringify({ message: "No such image" }));
    }
  });
  const socket = join(folder, "s");
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  const opened = await openEngine({ url: `unix://${socket}`, from: "the test" });
  onTestFinished(() => {
    opened.api[Symbol.dispose]();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { opened, asked };
}

const have = (opened: Awaited<ReturnType<typeof fakeEngine>>["opened"], reference: string) => {
  const steps: string[] = [];
  const options = {
    environment: { HOME: "/nowhere" },
    progress: (step: string) => steps.push(step),
    signal: new AbortController().signal,
  };
  return { steps, image: haveImage(opened, reference, options) };
};

test("a pull tells how far it is, and two that want the same image share it", async () => {
  const { opened, asked } = await fakeEngine([
    { status: "Pulling from library/postgres", id: "17" },
    { status: "Downloading", id: "a", progressDetail: { current: 5e6, total: 20e6 } },
    { status: "Pull complete", id: "a" },
  ]);
  const [first, second] = [have(opened, "postgres:17"), have(opened, "postgres:17")];
  expect(await first.image).toEqual({
    reference: "postgres:17",
    id: "sha256:abc",
    digest: "sha256:def",
    platform: "linux/arm64",
  });
  await second.image;
  expect(first.steps[0]).toBe("pulling postgres:17");
  expect(first.steps.join("\n")).toContain("pulling postgres:17: 0 of");
  const pulls = asked.filter(({ url }) => url?.includes("/images/create"));
  expect(pulls.map(({ url }) => url)).toEqual(["/v1.52/images/create?fromImage=postgres&tag=17"]);
});

test("an error in the middle of the answer is the pull's failure", async () => {
  const { opened } = await fakeEngine([
    { status: "Pulling from library/postgres", id: "17" },
    { error: "toomanyrequests: You have reached your pull rate limit." },
  ]);
  await expect(have(opened, "postgres:17").image).rejects.toMatchObject({
    code: "IMAGE_PULL_LIMIT",
    message: "postgres:17 was not pulled: the registry's limit of pulls is reached",
    hint: expect.stringContaining("docker login"),
  });
});

test("layers are counted, and bytes of those that are on their way", () => {
  expect(
    describePull([
      { id: "17", status: "Pulling from library/postgres" },
      { id: "a", status: "Already exists" },
      { id: "b", status: "Pull complete" },
      { id: "c", status: "Downloading", progressDetail: { current: 4.6e6, total: 120e6 } },
      { id: "d", status: "Waiting" },
    ]),
  ).toBe("2 of 4 layers, 5 of 120 MB");
});

test.each([
  ["manifest for postgres:99 not found: manifest unknown", "IMAGE_MISSING", "Correct its name"],
  ["pull access denied for me/app, repository does not exist", "IMAGE_MISSING", "docker login"],
  ["dial tcp: lookup registry-1.docker.io: no such host", "IMAGE_MISSING", "docker pull it:1"],
  [
    "no matching manifest for linux/arm64/v8 in the manifest list entries",
    "IMAGE_PLATFORM",
    "build",
  ],
  ["toomanyrequests: pull rate limit", "IMAGE_PULL_LIMIT", "docker login"],
  [
    "write /var/lib/docker/tmp/x: no space left on device",
    "CONTAINER_DISK_FULL",
    "docker system prune",
  ],
])("%s is %s", (saw, code, hint) => {
  expect(pullFailure("it:1", engine, new Error(saw))).toMatchObject({
    code,
    hint: expect.stringContaining(hint),
    details: { saw },
  });
});

test.each([
  ["postgres", "postgres", "latest"],
  ["postgres:17", "postgres", "17"],
  ["localhost:5000/me/app", "localhost:5000/me/app", "latest"],
  ["localhost:5000/me/app:2", "localhost:5000/me/app", "2"],
  ["postgres:17@sha256:abc", "postgres", "sha256:abc"],
])("%s is %s by %s", (reference, name, tag) => {
  expect(splitReference(reference)).toEqual({ name, tag });
});
