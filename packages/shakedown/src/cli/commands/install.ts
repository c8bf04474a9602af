import { ShakedownError } from "../../errors/shakedown-error.ts";
import { command } from "../command.ts";

export const installCommand = command({
  name: "install",
  summary: "Install a service's program for this user, without root",
  usage: "<engine>",
  description: ["Programs land in the cache folder; nothing outside it is changed."],
  options: {
    "dry-run": { type: "boolean", summary: "Say what would be done, and do nothing." },
  },
  positionals: { least: 1, most: 1, what: "one engine" },
  async run({ positionals: [engine] }) {
    throw new ShakedownError("INSTALL_UNSUPPORTED", `install of ${engine} is not there`);
  },
});
