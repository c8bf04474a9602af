import { importStackFile } from "./import-stack-file.ts";

/** A function of a stack file, to be called in this process. */
interface Call {
  readonly file: string;
  readonly service: string;
  readonly path: readonly string[];
  readonly argument: unknown;
}

const { SHAKEDOWN_CALL: text = "", ...environment } = process.env;
const { file, service, path, argument } = JSON.parse(text) as Call;
// What the function starts in turn has no use for it, and it holds a password.
process.env = environment;

await importStackFile(file, process, async (stack) => {
  let found: unknown = stack.services[service]?.options;
  for (const key of path) found = (found as Record<string, unknown> | undefined)?.[key];
  if (typeof found !== "function") {
    throw new TypeError(`services.${service}.${path.join(".")} in ${file} is no function any more`);
  }
  await (found as (value: unknown) => unknown)(argument);
});
// A pool that the function left open must not keep the start waiting.
process.exit(0);
