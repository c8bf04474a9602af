import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { ShakedownError } from "../../src/errors/shakedown-error.ts";
import redisEngine from "../../src/engines/redis/engine.ts";
import { redis } from "../../src/engines/redis/service.ts";
import { atBestPlace } from "../../src/providers/container/server-place.ts";
import { engineContext } from "../engine-context.ts";
import { containersMissing, containersWith, docker, images } from "./containers-available.ts";
import { need } from "../need.ts";

const missing = containersMissing();
beforeEach((context) => need(context, missing));

test("a server that can be told its port gets one of this machine's loopback interface, and no network", async () => {
  const service = redis({ provider: "container", image: images.redis, per: "run" });
  await using context = await engineContext(service);
  const running = await redisEngine.start(context.start);
  onTestFinished(() => running.stop());
  const [id = ""] = containersWith(`shakedown.project=${context.start.stack.file}`);
  const mode = docker("inspect", "--format", "{{.HostConfig.NetworkMode}}", id).stdout.trim();
  expect(mode).toBe("host");
  expect(running.outputs["host"]).toBe("127.0.0.1");
  expect(running.outputs["port"]).not.toBe("6379");
});

test("where that fails, since its port was taken in between say, it gets a network of its own", async () => {
  const tried: string[] = [];
  const place = await atBestPlace({ sharesNetwork: true }, 6379, async (at) => {
    tried.push(at.network);
    if (at.network === "bridge") return at;
    const holder = createServer().listen(at.port, at.bind);
    onTestFinished(() => void holder.close());
    await new Promise((resolve) => holder.once("listening", resolve));
    expect((holder.address() as AddressInfo).address).toBe("127.0.0.1");
    throw new ShakedownError(
      "PROCESS_EXITED",
      "the container exited with code 1 before it was ready",
    );
  });
  expect(tried).toEqual(["host", "bridge"]);
  expect(place).toEqual({ network: "bridge", port: 6379, bind: "0.0.0.0" });
  await expect(
    atBestPlace({ sharesNetwork: true }, 6379, async () => {
      throw new ShakedownError("IMAGE_MISSING", "not there");
    }),
  ).rejects.toMatchObject({ code: "IMAGE_MISSING" });
});
