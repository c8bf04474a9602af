import { expect, test } from "vitest";
import { fake } from "./fake-service.ts";
import { mistakes } from "./mistakes.ts";

test("names that no database or environment variable can hold", async () => {
  expect(
    await mistakes({
      "1st": fake(),
      "my db": fake(),
      größe: fake(),
      "": fake(),
      データ: fake(),
      ["x".repeat(42)]: fake(),
    }),
  ).toMatchInlineSnapshot(`
    "shakedown.stack.ts has 6 mistakes:

      1. services["1st"]
         a name starts with a letter or _, so that databases and environment variables can hold it
         → Rename the service: _1st

      2. services["my db"]
         a name holds only letters of the English alphabet, digits, _ and -, so that databases and environment variables can hold it
         → Rename the service: my_db

      3. services["größe"]
         a name holds only letters of the English alphabet, digits, _ and -, so that databases and environment variables can hold it
         → Rename the service: grosse

      4. services[""]
         a service needs a name
         → Rename the service: service

      5. services["データ"]
         a name holds only letters of the English alphabet, digits, _ and -, so that databases and environment variables can hold it
         → Rename the service: service

      6. services.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
         a name has at most 41 characters, this one has 42
         → Rename the service: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
  `);
});

test("names that mean something else already", async () => {
  expect(
    await mistakes({
      self: fake(),
      task: fake(),
      tempFolder: fake(),
      constructor: fake(),
      expect: fake(),
    }),
  ).toMatchInlineSnapshot(`
    "shakedown.stack.ts has 5 mistakes:

      1. services.self
         self is the service's own outputs in references
         → Rename the service: selfService

      2. services.task
         task is a value that Vitest gives to every test
         → Rename the service: taskService

      3. services.tempFolder
         tempFolder is a fixture that Shakedown gives to every test
         → Rename the service: tempFolderService

      4. services.constructor
         constructor is a name that JavaScript needs itself
         → Rename the service: constructorService

      5. services.expect
         expect is a value that Vitest gives to every test
         → Rename the service: expectService"
  `);
});

test("names that differ only in upper and lower case", async () => {
  expect(await mistakes({ userDb: fake(), userDB: fake() })).toMatchInlineSnapshot(`
    "shakedown.stack.ts has 1 mistake:

      1. services.userDB
         differs from services.userDb only in upper and lower case; database and folder names do not tell them apart
         → Rename one of the two"
  `);
});

test("two services of one engine, with names of every allowed kind", async () => {
  expect(
    await mistakes({ db: fake(), _db2: fake(), "other-db": fake(), ["x".repeat(41)]: fake() }),
  ).toBe("no mistakes");
});
