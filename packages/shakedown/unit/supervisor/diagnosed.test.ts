import { expect, test } from "vitest";
import { ShakedownError } from "../../src/errors/shakedown-error.ts";
import { diagnosed } from "../../src/supervisor/diagnosed.ts";

test("what a program could not reach is told with its remedy", async () => {
  const error = new ShakedownError("PROCESS_EXITED", "api exited with code 1", {
    details: { logTail: ["Error: getaddrinfo ENOTFOUND postgres"] },
  });
  expect(await diagnosed(error)).toMatchObject({ details: { diagnosis: "host-unknown" } });
});

test("a registry that was not reached is no mistake in the stack's URLs", async () => {
  const error = new ShakedownError(
    "IMAGE_MISSING",
    "redis:7 was not pulled: dial tcp: lookup registry.example: no such host",
    { hint: "Look whether the registry can be reached: docker pull redis:7" },
  );
  expect(await diagnosed(error)).toBe(error);
});
