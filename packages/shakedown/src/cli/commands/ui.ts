import { ShakedownError } from "../../errors/shakedown-error.ts";
import { openSession } from "../../supervisor/client.ts";
import { showPage } from "../../supervisor/show-page.ts";
import { command } from "../command.ts";
import { loadStack } from "../load-stack.ts";
import { openInBrowser } from "../open-in-browser.ts";
import { untilServicesAreGone } from "../until-services-are-gone.ts";

export const uiCommand = command({
  name: "ui",
  summary: "Show services, their logs and the running tests in the browser",
  usage: "",
  description: [
    "Serves a page for this machine until Ctrl-C; only who has its address, which holds a token, can use it.",
    "It shows the tests of `shakedown run` in any terminal, and starts nothing until it is asked to.",
  ],
  options: {
    port: {
      type: "number",
      value: "number",
      summary: "The port of the page; a free one unless told.",
    },
    "no-open": { type: "boolean", summary: "Print the address, and open no browser." },
  },
  positionals: { least: 0, most: 0, what: "nothing" },
  async run({ options, cwd, environment, terminal, interrupted }) {
    const { port } = options;
    if (port !== undefined && port > 65_535) throw noSuchPort(port);
    const plan = await loadStack({ cwd, named: options.stack, environment });
    try {
      await using session = await openSession({
        plan,
        purpose: "ui",
        environment,
        asItIs: true,
      });
      await using page = await showPage(session.address, port === undefined ? {} : { port });
      if (options.json === true) terminal.out(`${JSON.stringify({ url: page.url })}\n`);
      else terminal.out(` ${page.url}\n ${terminal.paint("dim", "Ctrl-C ends it.")}\n`);
      if (options["no-open"] !== true && !(await openInBrowser(page.url, environment)))
        terminal.err("No browser could be opened here: open the address above.\n");
      const stopped = await Promise.race([session.ended, untilInterrupted(interrupted)]);
      if (stopped !== undefined) terminal.err(`The page is gone: ${stopped}\n`);
      return interrupted.aborted ? 0 : 3;
    } finally {
      await untilServicesAreGone(plan.file, environment);
    }
  },
});

function noSuchPort(port: number): ShakedownError {
  return new ShakedownError("CLI_USAGE", `there is no port ${port}: the highest is 65535`, {
    hint: "Leave --port away, to be given a free one",
  });
}

function untilInterrupted(interrupted: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    // The wait itself does not keep the process alive, but the session does.
    if (interrupted.aborted) resolve(undefined);
    interrupted.addEventListener("abort", () => resolve(undefined), { once: true });
  });
}
