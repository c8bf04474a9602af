import { expect, test } from "vitest";
import { asVariables, commandEnvironment } from "../../../src/engines/command/environment.ts";

const session = {
  PATH: "/bin",
  HOME: "/home/a",
  LC_ALL: "C",
  DATABASE_URL: "postgres://prod",
  AWS_SECRET: "x",
  NODE_ENV: "production",
};

test("only what a program needs to run is inherited", () => {
  const inherited = commandEnvironment({ session, inherit: false, root: "/" });
  expect(inherited).toEqual({
    PATH: expect.stringMatching(/(^|:)\/bin$/),
    HOME: "/home/a",
    LC_ALL: "C",
  });
});

test("more is inherited by name, or all of it", () => {
  expect(commandEnvironment({ session, inherit: ["AWS_SECRET"], root: "/" })).toMatchObject({
    AWS_SECRET: "x",
  });
  expect(commandEnvironment({ session, inherit: true, root: "/" })).toMatchObject({
    ...session,
    PATH: expect.any(String),
  });
});

test("programs of npm packages around the stack are found before those of the machine", () => {
  const { PATH = "" } = commandEnvironment({ session, inherit: false, root: import.meta.dirname });
  expect(PATH).toMatch(/node_modules\/\.bin:.*\/bin$/);
});

test("a reference that nothing gives is refused with the remedy", () => {
  expect(asVariables({ PORT: 80, DEBUG: false }, "api")).toEqual({ PORT: "80", DEBUG: "false" });
  expect(() => asVariables({ PORT: "${{self.ports.http}}" }, "api")).toThrow(
    expect.objectContaining({ code: "STACK_INVALID", hint: 'Ask for the port: ports: ["http"]' }),
  );
});
