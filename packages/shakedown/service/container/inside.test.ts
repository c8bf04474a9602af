import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { containersMissing, containersWith, docker, images } from "./containers-available.ts";
import { need, onlyWhere } from "../need.ts";

const missing = containersMissing();
beforeEach((context) => need(context, missing));

const top = join(import.meta.dirname, "..", "..", "..", "..");
const socket = "/var/run/docker.sock";

/** Where it is Docker's own socket, which the container can be given. */
const isUsual = process.env["DOCKER_HOST"] === undefined;

test("inside a container that has the host's socket, others are reached by the bridge, and nobody else reaches them", (context) => {
  onlyWhere(context, isUsual, "where DOCKER_HOST names no other socket");
  const project = "/inside-test";
  const mounts = [`${socket}:${socket}`, `${top}:${top}:ro`, `${process.execPath}:/node:ro`];
  const answer = docker(
    "run",
    "--rm",
    "--env",
    `PROJECT=${project}`,
    ...mounts.flatMap((mount) => ["--volume", mount]),
    images.debian,
    "/node",
    new URL("inside-a-container.ts", import.meta.url).pathname,
  );
  expect(answer.stderr).toBe("");
  expect(JSON.parse(answer.stdout)).toEqual({
    host: expect.stringMatching(/^(?!127\.|0\.0\.0\.0)\d+\.\d+\.\d+\.\d+$/),
    shares: false,
  });
  expect(containersWith(`shakedown.project=${project}`)).toEqual([]);
});
