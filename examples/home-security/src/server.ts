import type { AddressInfo } from "node:net";
import { createApp } from "./app.ts";
import { readConfig } from "./config.ts";

const config = readConfig(process.env);
const app = await createApp(config);

app.server.listen(config.port, config.host, () => {
  const { port } = app.server.address() as AddressInfo;
  console.log(`listening on http://${config.host}:${port}`);
});

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void stop());

async function stop(): Promise<void> {
  await app[Symbol.asyncDispose]();
  process.exit();
}
