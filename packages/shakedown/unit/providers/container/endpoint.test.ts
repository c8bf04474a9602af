import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { endpointCandidates } from "../../../src/providers/container/endpoint.ts";
import { isOlder } from "../../../src/providers/container/find-engine.ts";
import { registryLogin, registryOf } from "../../../src/providers/container/registry-login.ts";

function home(files: Readonly<Record<string, unknown>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "shakedown-home-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    const file = join(folder, ".docker", name);
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, JSON.stringify(content));
  }
  return folder;
}

test("what somebody named is the only candidate: DOCKER_HOST before the chosen context", async () => {
  const digest = createHash("sha256").update("desktop").digest("hex");
  const HOME = home({
    "config.json": { currentContext: "desktop" },
    [`contexts/meta/${digest}/meta.json`]: {
      Endpoints: { docker: { Host: "unix:///desktop.sock" } },
    },
  });
  expect(await endpointCandidates({ HOME })).toEqual([
    { url: "unix:///desktop.sock", from: "the docker context desktop" },
  ]);
  expect(
    await endpointCandidates({ HOME, DOCKER_HOST: "tcp://docker:2376", DOCKER_TLS_VERIFY: "1" }),
  ).toEqual([{ url: "tcp://docker:2376", from: "DOCKER_HOST", tlsFolder: join(HOME, ".docker") }]);
});

test("without a name the usual places are looked at, a rootless Podman's too", async () => {
  const runtime = home();
  mkdirSync(join(runtime, "podman"));
  writeFileSync(join(runtime, "podman", "podman.sock"), "");
  const found = await endpointCandidates({ HOME: home(), XDG_RUNTIME_DIR: runtime });
  expect(found.map(({ url }) => url)).toContain(`unix://${runtime}/podman/podman.sock`);
});

test("versions of the API are compared as numbers", () => {
  expect(isOlder("1.9", "1.41")).toBe(true);
  expect(isOlder("1.41", "1.41")).toBe(false);
  expect(isOlder("2.0", "1.52")).toBe(false);
});

test.each([
  ["postgres:17", "https://index.docker.io/v1/"],
  ["me/app", "https://index.docker.io/v1/"],
  ["docker.io/library/postgres", "https://index.docker.io/v1/"],
  ["ghcr.io/me/app:1", "ghcr.io"],
  ["localhost:5000/app", "localhost:5000"],
])("%s comes from %s", (reference, registry) => {
  expect(registryOf(reference)).toBe(registry);
});

test("a stored login goes with the pull, a login's helper is asked, and none is no error", async () => {
  const auth = Buffer.from("me:pass:word").toString("base64");
  const HOME = home({ "config.json": { auths: { "ghcr.io": { auth } } } });
  const login = await registryLogin("ghcr.io/me/app", { HOME });
  expect(JSON.parse(Buffer.from(login ?? "", "base64url").toString())).toEqual({
    username: "me",
    password: "pass:word",
    serveraddress: "ghcr.io",
  });
  expect(await registryLogin("postgres", { HOME })).toBeUndefined();

  const withHelper = home({ "config.json": { credHelpers: { "ghcr.io": "of-the-test" } } });
  const helper = join(withHelper, "docker-credential-of-the-test");
  writeFileSync(
    helper,
    `#!/bin/sh\nread server; echo "{\\"Username\\":\\"<token>\\",\\"Secret\\":\\"for $server\\"}"\n`,
    { mode: 0o755 },
  );
  const PATH = `${withHelper}:${process.env["PATH"]}`;
  const asked = await registryLogin("ghcr.io/me/app", { HOME: withHelper, PATH });
  expect(JSON.parse(Buffer.from(asked ?? "", "base64url").toString())).toEqual({
    identitytoken: "for ghcr.io",
    serveraddress: "ghcr.io",
  });
  expect(
    await registryLogin("ghcr.io/me/app", { HOME: withHelper, PATH: "/nowhere" }),
  ).toBeUndefined();
});
