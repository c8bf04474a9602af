import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const program = process.env["SHAKEDOWN_CHROMIUM"] ?? places.find((place) => existsSync(place));

/** Why a browser test cannot run here, if it cannot. */
export const noBrowser: string | undefined =
  program === undefined ? `no Chromium in ${places.join(", ")}` : undefined;

export interface OpenBrowser extends AsyncDisposable {
  page(): Promise<WatchedPage>;
}

/** A page, with everything that it asked for and every script that failed in it or asked for a word. */
export type WatchedPage = Page & {
  readonly asked: readonly string[];
  readonly mishaps: readonly string[];
};

export async function openBrowser(): Promise<OpenBrowser> {
  if (program === undefined) throw new Error(noBrowser);
  const browser: Browser = await chromium.launch({
    executablePath: program,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  return {
    async page() {
      const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
      page.setDefaultTimeout(10_000);
      const [asked, mishaps]: [string[], string[]] = [[], []];
      page.on("request", (request) => asked.push(request.url()));
      page.on("pageerror", (error) => mishaps.push(error.message));
      page.on("dialog", (dialog) => {
        mishaps.push(`dialog: ${dialog.message()}`);
        void dialog.dismiss();
      });
      page.on("console", (message) => {
        if (message.type() === "error") mishaps.push(message.text());
      });
      return Object.assign(page, { asked, mishaps });
    },
    [Symbol.asyncDispose]: () => browser.close(),
  };
}
