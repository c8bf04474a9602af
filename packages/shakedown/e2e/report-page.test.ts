import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { noBrowser, openBrowser } from "./browser.ts";
import { type CliProject, makeCliProject, testFile } from "./cli-project.ts";
import { need } from "../service/need.ts";

const jwtSecret = "jwt-for-nobody-else";
const files = {
  "db/001_cameras.sql": `create table cameras (id text primary key, name text not null);`,
  "server.mjs": `
import { createServer } from "node:http";
const server = createServer((request, response) => {
  console.log("asked for", request.url, "by", process.env.DATABASE_URL, process.env.JWT_SECRET);
  console.log("<img src=x onerror=\\"document.title='pwned'\\"><script>alert('log')</script>");
  response.end("{}");
});
server.listen(0, "127.0.0.1", () => console.log("listening on http://127.0.0.1:" + server.address().port));
`,
  "shakedown.stack.ts": `
import { defineStack } from "shakedown";
import { postgres } from "shakedown/postgres";
import { command, logLine } from "shakedown/command";
export default defineStack({
  db: postgres({ migrate: "db" }),
  api: command({
    run: ["node", "server.mjs"],
    env: ({ db }) => ({ DATABASE_URL: db.url, JWT_SECRET: "${jwtSecret}" }),
    ready: logLine(/listening on (?<url>http:\\S+)/),
  }),
});
`,
  "a.test.ts": testFile(`
const withCamera = test.extend("camera", async ({ db }) => {
  await db.sql\`insert into cameras values ('front_door', 'Front door')\`;
  return "front_door";
});
test("lists cameras", { tags: ["quick"] }, async ({ db, expect }) => expect(await db.sql\`select * from cameras\`).toEqual([]));
test.describe("cameras (all)", () => {
  withCamera("asks the server", async ({ api, camera, expect }) => {
    await api.get("/cameras/" + camera);
    expect({ status: 200, name: "Front door" }).toEqual({ status: 404, name: "Front door" });
  });
});
test("tells its password", async ({ db }) => {
  writeFileSync("password.txt", new URL(db.url).password);
  throw new Error("cannot reach " + db.url + " with " + new URL(db.url).password);
});
test("</script><script>document.title='pwned'; alert(1)</script><img src=x onerror=\\"document.title='pwned'\\">", async ({ expect }) => {
  expect("<b>bold</b>").toBe("<script>alert(2)</script>");
});
test("is tried again", { retry: 1 }, async ({ task, expect }) => expect(task.result?.retryCount).toBe(1));
test.skip("is for later", () => {});
`),
};

async function reported(): Promise<CliProject & { readonly report: string }> {
  const project = await makeCliProject(files);
  const { code, out } = await project.shakedown(["run", "--workers", "1"]);
  expect({ code, out }).toMatchObject({
    code: 1,
    out: expect.stringContaining("report: .shakedown/report/index.html") as string,
  });
  return Object.assign(project, {
    report: join(project.folder, ".shakedown", "report", "index.html"),
  });
}

test("the report of a run is found, searched and read in a browser that is offline", async (context) => {
  need(context, noBrowser);
  await using project = await reported();
  await using browser = await openBrowser();
  const page = await browser.page();
  const address = pathToFileURL(project.report).href;
  await page.goto(address);
  await page.getByText("3 tests failed").first().waitFor();
  expect(await page.title()).toContain("3 tests failed");

  await page.goto(`${address}#/tests`);
  const rows = page.locator(".line.test");
  await rows.filter({ hasText: "lists cameras" }).waitFor();
  expect(await rows.count()).toBe(6);

  // The keyboard: a search, and the list narrows; the filter is part of the address.
  await page.keyboard.press("/");
  await page.locator("#search:focus").waitFor();
  await page.keyboard.type("asks the server");
  await expect.poll(() => rows.count()).toBe(1);
  expect(page.url()).toContain("asks");
  await page.goto("about:blank");
  await page.goto(`${address}#/tests?status=failed`);
  await page.reload();
  await rows.first().waitFor();

  // A test's page: error, difference, source, log, what it wrote, fixtures, how to run it again.
  await page.goto("about:blank");
  await page.goto(`${address}#/tests`);
  await rows.filter({ hasText: "asks the server" }).getByRole("link").click();
  const main = page.locator("main");
  await main.getByText("asked for /cameras/front_door").first().waitFor();
  const text = await main.innerText();
  for (const told of ["404", "toEqual", "cameras", "camera", "a.test.ts:"])
    expect(text).toContain(told);
  const [, words = ""] = /npx shakedown (run a\.test\.ts:\d+)/.exec(text) ?? [];
  const again = await project.shakedown(words.split(" "));
  expect(again.out).toContain(" 0 passed, 1 failed, 5 skipped (");
  const deepLink = page.url();
  await page.goto("about:blank");
  await page.goto(deepLink);
  await main.getByText("asked for /cameras/front_door").first().waitFor();

  expect(page.mishaps).toEqual([]);
  expect(page.asked.filter((url) => !url.startsWith("file:") && url !== "about:blank")).toEqual([]);
  expect(
    new Set(page.asked.filter((url) => url.startsWith("file:")).map((url) => url.split("#")[0])),
  ).toEqual(new Set([address]));
});

test("names and log lines of a hostile run stay text", async (context) => {
  need(context, noBrowser);
  await using project = await reported();
  await using browser = await openBrowser();
  const page = await browser.page();
  const address = pathToFileURL(project.report).href;
  await page.goto(`${address}#/tests`);
  const hostile = page.locator(".line.test").filter({ hasText: "onerror" });
  await hostile.waitFor();
  await hostile.getByRole("link").click();
  await page.locator("main").getByText("<script>alert(2)</script>").first().waitFor();
  await page.goto(`${address}#/tests`);
  await page.locator(".line.test").filter({ hasText: "asks the server" }).getByRole("link").click();
  await page.locator("main").getByText("<script>alert('log')</script>").first().waitFor();
  expect(await page.title()).not.toContain("pwned");
  expect(page.mishaps).toEqual([]);
  expect(await page.locator("main img, main script").count()).toBe(0);
});

test("no password of a service and no secret of the stack is in anything that a run writes", async () => {
  await using project = await reported();
  const password = await readFile(join(project.folder, "password.txt"), "utf8");
  expect(password.length).toBeGreaterThan(8);
  const latest = join(project.folder, ".shakedown", "latest");
  const events = await readFile(join(latest, "events.jsonl"), "utf8");
  // The report holds these events and nothing else of the run.
  expect(events).toContain("cannot reach postgresql://shakedown:***@127.0.0.1");
  expect(events).toContain("asked for /cameras/front_door");
  const { report } = project;
  const written = [
    events,
    ...(await Promise.all(
      [join(latest, "junit.xml"), join(latest, "summary.txt"), report].map((file) =>
        readFile(file, "utf8"),
      ),
    )),
    await eventsInside(report),
  ];
  for (const text of written) {
    expect(text).not.toContain(password);
    expect(text).not.toContain(encodeURIComponent(password));
    expect(text).not.toContain(jwtSecret);
  }
});

async function eventsInside(report: string): Promise<string> {
  const { gunzipSync } = await import("node:zlib");
  const [, base64 = ""] = /base64\+gzip"[^>]*>([^<]+)</.exec(await readFile(report, "utf8")) ?? [];
  return gunzipSync(Buffer.from(base64, "base64")).toString("utf8");
}
