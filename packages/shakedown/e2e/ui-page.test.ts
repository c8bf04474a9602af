import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { expect, test } from "vitest";
import { until } from "../src/kit/until.ts";
import { noBrowser, openBrowser } from "./browser.ts";
import {
  type CliProject,
  makeCliProject,
  nothingStays,
  testFile,
  webServer,
  webStack,
} from "./cli-project.ts";
import { need } from "../service/need.ts";

const files = {
  "server.mjs": webServer,
  "shakedown.stack.ts": webStack,
  "slow.test.ts": testFile(`
import { existsSync } from "node:fs";
test("waits for a file", async ({ api, expect }) => {
  await api.get("/before");
  await expect.poll(() => existsSync("go.txt"), { timeout: 60_000 }).toBe(true);
}, 60_000);
`),
};

interface Served {
  readonly url: string;
  readonly token: string;
  /** Asks as a program would that found the port. */
  ask(
    path: string,
    asked?: { readonly method?: string; readonly headers?: Record<string, string> },
  ): Promise<{ readonly status: number | undefined; readonly body: string }>;
  /** Processes of a service, as the page is told. */
  pidsOf(service: string): Promise<readonly number[]>;
  end(): Promise<void>;
}

async function serveUi(project: CliProject): Promise<Served> {
  const running = project.start(["ui", "--json", "--no-open"]);
  let out = "";
  running.child.stdout?.on("data", (text: string) => (out += text));
  await running.sees("#token=");
  const { url } = JSON.parse(out) as { url: string };
  const { port, hash } = new URL(url);
  const token = hash.slice("#token=".length);
  const ask: Served["ask"] = async (
    path,
    { method = "GET", headers = { authorization: `Bearer ${token}` } } = {},
  ) => {
    const outgoing = request({
      host: "127.0.0.1",
      port,
      path,
      method,
      headers,
      agent: false,
    }).end();
    const [response] = (await once(outgoing, "response")) as [IncomingMessage];
    let body = "";
    for await (const chunk of response.setEncoding("utf8") as AsyncIterable<string>) body += chunk;
    return { status: response.statusCode, body };
  };
  return {
    url,
    token,
    ask,
    async pidsOf(service) {
      const { services } = JSON.parse((await ask("/api/status")).body) as {
        services: { name: string; pids?: number[] }[];
      };
      return services.find(({ name }) => name === service)?.pids ?? [];
    },
    async end() {
      running.child.kill("SIGINT");
      await running.ended;
    },
  };
}

test("ui serves its page to who has the token and nobody else, and ends with Ctrl-C", async () => {
  await using project = await makeCliProject(files);
  const ui = await serveUi(project);
  expect(await ui.ask("/", { headers: {} })).toMatchObject({ status: 200 });
  for (const headers of [{}, { authorization: "Bearer nonsense" }]) {
    expect(await ui.ask("/api/status", { headers })).toMatchObject({ status: 401 });
    expect(await ui.ask("/api/services/clock/start", { method: "POST", headers })).toMatchObject({
      status: 401,
    });
  }
  expect(await ui.pidsOf("clock")).toEqual([]);
  const foreign = { authorization: `Bearer ${ui.token}`, host: "evil.example" };
  expect(await ui.ask("/api/status", { headers: foreign })).toMatchObject({ status: 403 });

  expect(await ui.ask("/api/services/clock/start", { method: "POST" })).toMatchObject({
    status: 200,
  });
  const [before] = await ui.pidsOf("clock");
  expect(await ui.ask("/api/services/clock/restart", { method: "POST" })).toMatchObject({
    status: 200,
  });
  const [after] = await ui.pidsOf("clock");
  expect(after).toBeGreaterThan(0);
  expect(after).not.toBe(before);
  const unknown = await ui.ask("/api/services/nope/restart", { method: "POST" });
  expect(unknown.body).toContain("SERVICE_UNKNOWN");

  await ui.end();
  await expect(ui.ask("/")).rejects.toThrow("ECONNREFUSED");
  await nothingStays(project);
});

test("the live page shows services, follows logs, restarts, and shows tests while they run", async (context) => {
  need(context, noBrowser);
  await using project = await makeCliProject(files);
  const ui = await serveUi(project);
  await using browser = await openBrowser();
  const page = await browser.page();
  await page.goto(ui.url);
  await page.getByRole("button", { name: "start clock" }).click();
  await page.getByRole("button", { name: "restart clock" }).waitFor();
  expect(page.url()).not.toContain(ui.token);

  // The log goes on by itself.
  const log = page.getByRole("log");
  await log.getByText("listening on").first().waitFor();
  const [before] = await ui.pidsOf("clock");
  await page.getByRole("button", { name: "restart clock" }).click();
  await until(async () => {
    const [pid] = await ui.pidsOf("clock");
    return pid !== undefined && pid !== before;
  });
  await page.getByText("restarted in").waitFor();

  // A run in another terminal.
  const run = project.start(["run"]);
  const main = page.locator("main");
  await main.getByText("Run under way").waitFor();
  await main.getByText("waits for a file").first().waitFor();
  await log.getByText("asked for /before").waitFor();
  await writeFile(join(project.folder, "go.txt"), "");
  expect(await run.ended).toMatchObject({ code: 0 });
  await main.getByText("Last run").waitFor();

  // Without its token, in a window that never had it, the page shows nothing.
  const stranger = await browser.page();
  await stranger.goto(ui.url.replace(/#.*/, "#token=wrong"));
  await stranger.getByText("This link is not valid").waitFor();

  expect(page.mishaps).toEqual([]);
  expect(new Set(page.asked.map((url) => new URL(url).host))).toEqual(
    new Set([new URL(ui.url).host]),
  );
  await ui.end();
  await nothingStays(project);
});
