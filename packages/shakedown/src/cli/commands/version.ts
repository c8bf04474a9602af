import { packageVersion } from "../../kit/package-version.ts";

import { command } from "../command.ts";

export const versionCommand = command({
  name: "version",
  summary: "Print the version of shakedown and of what it runs on",
  usage: "",
  options: {},
  positionals: { least: 0, most: 0, what: "" },
  async run({ options, terminal }) {
    const facts = {
      shakedown: packageVersion(),
      node: process.versions.node,
      platform: `${process.platform}-${process.arch}`,
    };
    if (options.json === true) terminal.out(`${JSON.stringify(facts)}\n`);
    else terminal.out(`shakedown ${facts.shakedown} (node ${facts.node}, ${facts.platform})\n`);
    return 0;
  },
});
