import { expect, test } from "vitest";
import { fake } from "./fake-service.ts";
import { mistakes } from "./mistakes.ts";

test("values that are no plain data, each with the way to make them so", async () => {
  expect(
    await mistakes({
      db: fake({
        since: new Date(0),
        match: /x/,
        folder: new URL("file:///srv/a"),
        url: new URL("http://localhost/"),
        tables: new Set(["a"]),
        rows: new Map(),
        settings: Promise.resolve({}),
        big: 1n,
        mark: Symbol("mark"),
        share: 0 / 0,
        most: 1 / 0,
        list: ["a", undefined],
        connect: class Connection {},
        client: new (class Client {})(),
      }),
    }),
  ).toMatchInlineSnapshot(`
    "shakedown.stack.ts has 14 mistakes:

       1. services.db.since
          is a Date, and options are plain data
          → Give its text: date.toISOString()

       2. services.db.match
          is a RegExp, and options are plain data
          → Give its text, or in \`ready\` use logLine(/…/)

       3. services.db.folder
          is a URL, and options are plain data
          → Give a path: fileURLToPath(url)

       4. services.db.url
          is a URL, and options are plain data
          → Give its text: url.href

       5. services.db.tables
          is a Set, and options are plain data
          → Give a list: [...set]

       6. services.db.rows
          is a Map, and options are plain data
          → Give a plain object: Object.fromEntries(map)

       7. services.db.settings
          is a Promise, and options are plain data
          → Await it before defineStack

       8. services.db.big
          is a bigint, and options are plain data
          → Give text, a number, true or false, a list or an object

       9. services.db.mark
          is a symbol, and options are plain data
          → Give text, a number, true or false, a list or an object

      10. services.db.share
          is NaN, not a number
          → Give a finite number, or text

      11. services.db.most
          is Infinity, not a number
          → Give a finite number, or text

      12. services.db.list[1]
          is undefined, and options are plain data
          → Give text, a number, true or false, a list or an object

      13. services.db.connect
          is a function, and this option takes none
          → Give the value itself

      14. services.db.client
          is a Client, and options are plain data
          → Give text, a number, true or false, a list or an object"
  `);
});

test("an object that contains itself", async () => {
  const settings: Record<string, unknown> = {};
  settings["again"] = { settings };
  expect(await mistakes({ db: fake({ settings }) })).toMatchInlineSnapshot(`
    "shakedown.stack.ts has 1 mistake:

      1. services.db.settings.again.settings
         contains itself
         → Options are plain data: break the circle"
  `);
});

test("the same object twice is no circle", async () => {
  const settings = { a: 1 };
  expect(await mistakes({ db: fake({ one: settings, two: [settings, settings] }) })).toBe(
    "no mistakes",
  );
});
